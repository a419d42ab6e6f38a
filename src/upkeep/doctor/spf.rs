//! Whether an SPF record lets an address send (RFC 7208, as far as a check before sending needs it).

use super::dns::Names;
use std::net::IpAddr;

/// Questions that a record may cost (RFC 7208, 4.6.4).
const MOST_QUESTIONS: usize = 10;

/// What a record says about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may send.
    Pass,
    /// It may not, or nothing is said.
    Other,
    /// The record costs more questions than receivers ask.
    TooMany,
}

/// Asks what the record of `domain` says about `ip`.
///
/// # Errors
/// When no name server answers.
pub async fn verdict(names: &Names, domain: &str, ip: IpAddr) -> Result<Verdict, String> {
    let mut asked = 0;
    let mut open = vec![domain.to_owned()];
    let mut is_first = true;
    while let Some(domain) = open.pop() {
        let records = names.texts(&domain).await?;
        let Some(record) = records.iter().find(|r| is_spf(r)) else { continue };
        for term in record.split_ascii_whitespace().skip(1) {
            let (sign, mechanism) = match term.split_at_checked(1) {
                Some((sign @ ("+" | "-" | "~" | "?"), rest)) => (sign, rest),
                _ => ("+", term),
            };
            let lower = mechanism.to_ascii_lowercase();
            let (name, value) = lower.split_once([':', '=']).unwrap_or((&lower, ""));
            let (name, bits) = name.split_once('/').unwrap_or((name, ""));
            let (value, bits) = value.split_once('/').map_or((value, bits), |(v, b)| (v, b));
            if matches!(name, "include" | "a" | "mx" | "ptr" | "exists" | "redirect") {
                asked += 1;
                if asked > MOST_QUESTIONS {
                    return Ok(Verdict::TooMany);
                }
            }
            let target = if value.is_empty() { domain.as_str() } else { value };
            let hit = match name {
                "all" => sign == "+" && is_first,
                "ip4" | "ip6" => value.parse().is_ok_and(|net| within(net, bits, ip)),
                "a" => names.addresses(target).await?.into_iter().any(|net| within(net, bits, ip)),
                "mx" => {
                    let mut any = false;
                    for host in names.exchangers(target).await?.iter().take(10) {
                        any |= names.addresses(host).await?.into_iter().any(|net| within(net, bits, ip));
                    }
                    any
                }
                "include" | "redirect" => {
                    open.push(target.to_owned());
                    false
                }
                _ => false,
            };
            if hit && sign == "+" {
                return Ok(Verdict::Pass);
            }
        }
        is_first = false;
    }
    Ok(Verdict::Other)
}

/// Whether a text is an SPF record.
pub fn is_spf(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower == "v=spf1" || lower.starts_with("v=spf1 ")
}

fn within(net: IpAddr, bits: &str, ip: IpAddr) -> bool {
    let wide = |ip: IpAddr| match ip {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32_u32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    };
    let ((a, most), (b, other)) = (wide(net), wide(ip));
    let bits = bits.split('/').next().and_then(|b| b.parse::<u32>().ok()).unwrap_or(most).min(most);
    most == other && (bits == 0 || (a ^ b) >> (128 - bits) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_own() {
        let ip = |t: &str| t.parse::<IpAddr>().unwrap();
        assert!(within(ip("192.0.2.0"), "24", ip("192.0.2.9")) && !within(ip("192.0.2.0"), "24", ip("192.0.3.9")));
        assert!(within(ip("192.0.2.9"), "", ip("192.0.2.9")) && !within(ip("192.0.2.9"), "", ip("2001:db8::1")));
        assert!(is_spf("v=spf1 -all") && !is_spf("v=spf10 -all"));
    }
}
