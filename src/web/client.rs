//! Where a request came from. Forwarding headers count only when the peer is a trusted proxy,
//! and then from the right: the last address that is not ours is the client.

use super::pulse::Pulse;
use crate::config::Config;
use actix_web::HttpRequest;
use actix_web::dev::ServiceRequest;
use std::net::{IpAddr, Ipv4Addr};

/// Setting that keeps the peer of the last request with forwarding headers that nobody trusts, and its time.
pub const STRAY: &str = "web.stray_proxy";

/// Notes a peer that forwards for others without being trusted to.
pub fn watch(req: &ServiceRequest, config: &Config, pulse: &Pulse) {
    let headers = req.headers();
    if !["x-forwarded-for", "forwarded", "x-real-ip"].iter().any(|name| headers.contains_key(*name)) {
        return;
    }
    let Some(peer) = req.peer_addr().map(|a| a.ip()) else { return };
    if !config.trusted_proxies.iter().any(|n| n.contains(peer)) {
        pulse.stray(peer);
    }
}

/// Address of the client.
pub fn address(req: &ServiceRequest, config: &Config) -> IpAddr {
    let peer = req.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a| a.ip());
    let trusted = |ip: IpAddr| config.trusted_proxies.iter().any(|n| n.contains(ip));
    if !trusted(peer) {
        return peer;
    }
    let mut hops = Vec::new();
    for value in req.headers().get_all("x-forwarded-for") {
        hops.extend(value.to_str().unwrap_or("").split(',').map(|h| h.trim().to_owned()));
    }
    let mut client = peer;
    for hop in hops.iter().rev() {
        let Ok(ip) = hop.parse::<IpAddr>() else { break };
        client = ip;
        if !trusted(ip) {
            break;
        }
    }
    client
}

/// What proxies add to the requests they pass on.
const PASSED_ON: [&str; 6] =
    ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip", "forwarded", "via"];

/// Whether the direct peer is on this machine and no proxy stands between: any sign of one counts, for a program on this machine
/// that asks by itself sends none of them.
pub fn is_loopback(req: &HttpRequest) -> bool {
    let passed_on = PASSED_ON.iter().any(|name| req.headers().contains_key(*name));
    req.peer_addr().is_some_and(|a| a.ip().is_loopback()) && !passed_on
}
