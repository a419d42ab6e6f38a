//! The mail route, and what the DNS says about the domain that mails come from.

use super::dns::Names;
use super::names::{domain_of, is_made_up, is_private};
use super::spf::{self, Verdict};
use super::{Finding, State};
use crate::config::Config;
use crate::mail::dkim::store::Kept;
use crate::mail::hello_name;
use crate::mail::smtp::{Connection, Patience};
use std::net::IpAddr;
use std::time::Duration;

/// Opens the route as a mail would, and says goodbye.
pub async fn mail_route(config: &Config, sender: &str) -> Finding {
    let Some(route) = &config.smtp else { return Finding::new("mail", State::Warn, "outbox") };
    let shown = format!("{}:{}", route.host, route.port);
    let short = Duration::from_secs(8);
    let patience = Patience { connect: short, command: short, data: short, last: short };
    match Connection::open(route, &hello_name(&config.mail_from), patience).await {
        Ok(connection) => {
            connection.quit().await;
            Finding::new("mail", State::Ok, "ok").with("route", shown).with("sender", sender)
        }
        Err(why) => Finding::new("mail", State::Bad, "down").with("route", shown).with("why", why),
    }
}

/// SPF, DKIM, DMARC, MX and PTR of the sender's domain.
pub async fn domain(config: &Config, sender: &str, keys: &[Kept]) -> Vec<Finding> {
    let Some(domain) = domain_of(sender) else { return vec![Finding::new("spf", State::Bad, "no_domain")] };
    if config.smtp.is_none() {
        return vec![Finding::new("spf", State::Warn, "no_route").with("domain", domain)];
    }
    if is_made_up(&domain) {
        return vec![Finding::new("spf", State::Bad, "made_up").with("domain", domain)];
    }
    let names = match Names::new(config.operations.dns) {
        Ok(names) => names,
        Err(why) => return vec![Finding::new("spf", State::Warn, "no_dns").with("why", why)],
    };
    let route = route_addresses(config, &names).await;
    let own = super::super::dkim::findings(&names, keys, &domain).await;
    let signed = match own {
        Ok(own) if own.is_empty() => dkim(config, &names, &domain).await.map(|f| vec![f]),
        own => own,
    };
    let mut checks = vec![spf(&names, &domain, &route).await];
    match signed {
        Ok(found) => checks.extend(found.into_iter().map(Ok)),
        Err(why) => checks.push(Err(why)),
    }
    checks.extend([dmarc(&names, &domain).await, mx(&names, &domain).await, ptr(&names, &route).await]);
    let mut out = Vec::new();
    for check in checks {
        match check {
            Ok(finding) => out.push(finding),
            // One server that is silent is silent about everything.
            Err(why) => {
                out.push(Finding::new("spf", State::Warn, "no_dns").with("why", why));
                break;
            }
        }
    }
    out
}

async fn route_addresses(config: &Config, names: &Names) -> Vec<IpAddr> {
    let Some(route) = &config.smtp else { return Vec::new() };
    names.addresses(&route.host).await.unwrap_or_default()
}

async fn spf(names: &Names, domain: &str, route: &[IpAddr]) -> Result<Finding, String> {
    let records: Vec<String> = names.texts(domain).await?.into_iter().filter(|t| spf::is_spf(t)).collect();
    let public: Vec<IpAddr> = route.iter().copied().filter(|ip| !is_private(*ip)).collect();
    let own = public.first().map_or_else(
        || "v=spf1 mx ~all".to_owned(),
        |ip| format!("v=spf1 mx {}:{ip} ~all", if ip.is_ipv4() { "ip4" } else { "ip6" }),
    );
    let [record] = records.as_slice() else {
        let code = if records.is_empty() { "missing" } else { "several" };
        return Ok(Finding::new("spf", State::Bad, code).with("domain", domain).paste(domain, "TXT", own));
    };
    let base = |state, code| Finding::new("spf", state, code).with("domain", domain).with("record", record);
    if record.to_ascii_lowercase().contains("+all") {
        return Ok(base(State::Bad, "anybody").paste(domain, "TXT", own));
    }
    let Some(ip) = public.first() else { return Ok(base(State::Ok, "unproven")) };
    Ok(match spf::verdict(names, domain, *ip).await? {
        Verdict::Pass => base(State::Ok, "ok"),
        Verdict::TooMany => base(State::Bad, "too_many"),
        // A relay often sends from other addresses than it listens on.
        Verdict::Other => base(State::Warn, "not_covered").with("ip", ip),
    })
}

async fn dkim(config: &Config, names: &Names, domain: &str) -> Result<Finding, String> {
    let Some(selector) = &config.operations.dkim_selector else {
        return Ok(Finding::new("dkim", State::Warn, "no_selector").with("domain", domain));
    };
    let name = format!("{selector}._domainkey.{domain}");
    let texts = names.texts(&name).await?;
    let key = texts.iter().find_map(|t| t.split(';').map(str::trim).find_map(|part| part.strip_prefix("p=")));
    let finding = match key {
        None => Finding::new("dkim", State::Bad, "missing").paste(&name, "TXT", "v=DKIM1; k=rsa; p=…"),
        Some("") => Finding::new("dkim", State::Bad, "revoked"),
        Some(_) => Finding::new("dkim", State::Ok, "ok"),
    };
    Ok(finding.with("name", name))
}

async fn dmarc(names: &Names, domain: &str) -> Result<Finding, String> {
    let name = format!("_dmarc.{domain}");
    let texts = names.texts(&name).await?;
    let record = texts.iter().find(|t| t.to_ascii_lowercase().starts_with("v=dmarc1"));
    let Some(record) = record else {
        let value = format!("v=DMARC1; p=none; rua=mailto:postmaster@{domain}");
        return Ok(Finding::new("dmarc", State::Bad, "missing").with("name", &name).paste(&name, "TXT", value));
    };
    let policy = record.split(';').map(str::trim).find_map(|p| p.strip_prefix("p=")).unwrap_or("").to_ascii_lowercase();
    let (state, code) = match policy.as_str() {
        "quarantine" | "reject" => (State::Ok, "ok"),
        "none" => (State::Ok, "watching"),
        _ => (State::Bad, "broken"),
    };
    Ok(Finding::new("dmarc", state, code).with("name", name).with("policy", policy))
}

async fn mx(names: &Names, domain: &str) -> Result<Finding, String> {
    let hosts = names.exchangers(domain).await?;
    let Some(first) = hosts.first() else {
        let value = format!("10 mail.{domain}.");
        return Ok(Finding::new("mx", State::Bad, "missing").with("domain", domain).paste(domain, "MX", value));
    };
    // RFC 7505: a lone dot says that nobody takes mail there.
    if first.is_empty() {
        return Ok(Finding::new("mx", State::Bad, "null").with("domain", domain));
    }
    if names.addresses(first).await?.is_empty() {
        return Ok(Finding::new("mx", State::Bad, "nowhere").with("host", first));
    }
    Ok(Finding::new("mx", State::Ok, "ok").with("host", first))
}

async fn ptr(names: &Names, route: &[IpAddr]) -> Result<Finding, String> {
    let Some(ip) = route.iter().find(|ip| !is_private(**ip)) else {
        return Ok(Finding::new("ptr", State::Ok, "own_network"));
    };
    let hosts = names.names_of(*ip).await?;
    let Some(host) = hosts.first() else {
        return Ok(Finding::new("ptr", State::Bad, "missing").with("ip", ip));
    };
    let back = names.addresses(host).await?;
    let (state, code) = if back.contains(ip) { (State::Ok, "ok") } else { (State::Bad, "one_way") };
    Ok(Finding::new("ptr", state, code).with("ip", ip).with("host", host))
}
