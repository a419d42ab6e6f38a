//! Names and addresses as the DNS spells them.

use std::net::IpAddr;

/// The name under which the names of an address stand (RFC 1035, 3.5; RFC 3596, 2.5).
pub fn reversed(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(v6) => {
            let digits: Vec<String> =
                v6.octets().iter().rev().flat_map(|b| [format!("{:x}", b & 15), format!("{:x}", b >> 4)]).collect();
            format!("{}.ip6.arpa", digits.join("."))
        }
    }
}

/// The domain of `Name <address>` or of an address, in lower case.
pub fn domain_of(sender: &str) -> Option<String> {
    let address = sender.rsplit_once('<').map_or(sender, |(_, a)| a.trim_end().trim_end_matches('>'));
    let domain = address.rsplit_once('@')?.1.trim().to_ascii_lowercase();
    (!domain.is_empty()).then_some(domain)
}

/// Whether nobody can ever have set anything for this name in the DNS (RFC 2606, RFC 6761).
pub fn is_made_up(domain: &str) -> bool {
    !domain.contains('.')
        || ["localhost", "invalid", "local", "internal"].iter().any(|t| domain.ends_with(&format!(".{t}")))
}

/// Whether the address belongs to this machine or to a network of one's own.
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_turn_around() {
        assert_eq!(reversed("192.0.2.17".parse().unwrap()), "17.2.0.192.in-addr.arpa");
        let six = reversed("2001:db8::567:89ab".parse().unwrap());
        assert_eq!(six, "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    }

    #[test]
    fn a_sender_has_a_domain() {
        assert_eq!(domain_of("Nordlicht <post@Nordlicht.example>").as_deref(), Some("nordlicht.example"));
        assert_eq!(domain_of("post@nordlicht.example").as_deref(), Some("nordlicht.example"));
        assert_eq!(domain_of("nobody"), None);
        assert!(is_made_up("localhost") && is_made_up("mail.local") && !is_made_up("nordlicht.example"));
    }
}
