//! Asking other servers at addresses that people typed in: link previews, webhooks, push services.
//!
//! Names are resolved here, every answer in a private or special range is refused, and the connection goes to exactly the
//! address that was looked at, so that a name cannot change its mind in between. Redirects are followed by hand, each hop
//! looked at anew. Answers are cut at a size, everything has a deadline, no proxy of the environment is used.

use crate::error::{Error, Result};
use futures_util::StreamExt;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, redirect};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use url::{Host, Url};

/// Hops after the first request.
const HOPS: usize = 3;

/// How other servers are asked.
#[derive(Debug, Clone, Copy)]
pub struct Outbound {
    /// Whether private addresses may be asked: for tests and for machines in the own network.
    pub private: bool,
}

/// An answer, cut at the wanted size.
#[derive(Debug)]
pub struct Fetched {
    /// HTTP status.
    pub status: u16,
    /// Where it came from, after redirects.
    pub url: Url,
    /// Content type without parameters, in lower case.
    pub kind: String,
    /// Body, at most as long as asked.
    pub body: Vec<u8>,
}

/// Limits of one question.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Longest body in bytes; the rest is not read.
    pub most: usize,
    /// Longest time for everything.
    pub within: Duration,
}

/// Why a server was not asked, or did not answer; for the log and for managers.
fn refused(why: impl std::fmt::Display) -> Error {
    Error::internal(format!("outbound: {why}"))
}

/// Whether an address is in the open network: nothing private, local, shared or reserved.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped().or_else(|| embedded_v4(v6)) {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

/// An IPv4 address inside NAT64 or 6to4 reaches what it embeds.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, _, _, g, h] = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match (a, b) {
        (0x64, 0xff9b) => Some(v4(g, h)),
        (0x2002, _) => Some(v4(b, c)),
        (0, 0) if c == 0 && d == 0 && (g, h) != (0, 1) && (g, h) != (0, 0) => Some(v4(g, h)),
        _ => None,
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || ip.is_unspecified()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // 2000::/3 is what is given out; documentation and Teredo inside it are not for us.
    (a & 0xe000) == 0x2000 && !(a == 0x2001 && (b == 0xdb8 || b < 0x200)) && (a & 0xfff0) != 0x3ff0
}

/// Reads an address somebody typed: http or https, with a host, without a password.
pub fn parse_url(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let fits = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.as_str().len() <= 2_000;
    fits.then_some(url)
}

impl Outbound {
    /// Where the host of `url` is, if it may be asked.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>> {
        let port = url.port_or_known_default().ok_or_else(|| refused("no port"))?;
        let found: Vec<SocketAddr> = match url.host() {
            Some(Host::Ipv4(ip)) => vec![SocketAddr::new(ip.into(), port)],
            Some(Host::Ipv6(ip)) => vec![SocketAddr::new(ip.into(), port)],
            Some(Host::Domain(name)) => {
                tokio::net::lookup_host((name, port)).await.map_err(|e| refused(format!("{name}: {e}")))?.collect()
            }
            None => Vec::new(),
        };
        let open: Vec<SocketAddr> = found.into_iter().filter(|a| self.private || is_public(a.ip())).collect();
        if open.is_empty() { Err(refused("the address is not in the open network")) } else { Ok(open) }
    }

    async fn once(
        &self,
        method: Method,
        url: &Url,
        headers: &HeaderMap,
        body: Option<&[u8]>,
        bounds: Bounds,
    ) -> Result<reqwest::Response> {
        let addresses = self.addresses(url).await?;
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(5).min(bounds.within))
            .timeout(bounds.within)
            .user_agent(concat!("Kontor/", env!("CARGO_PKG_VERSION")));
        if let Some(name) = url.domain() {
            builder = builder.resolve_to_addrs(name, &addresses);
        }
        let client = builder.build().map_err(refused)?;
        let mut request = client.request(method, url.clone()).headers(headers.clone());
        if let Some(body) = body {
            request = request.body(body.to_vec());
        }
        request.send().await.map_err(|e| refused(e.without_url()))
    }

    /// Gets what is at `url`; follows up to three redirects, each looked at anew.
    ///
    /// # Errors
    /// [`Error::Internal`] with the reason: not in the open network, no answer in time, too many redirects.
    pub async fn get(&self, url: &Url, accept: &'static str, bounds: Bounds) -> Result<Fetched> {
        let headers = HeaderMap::from_iter([(reqwest::header::ACCEPT, HeaderValue::from_static(accept))]);
        let mut url = url.clone();
        let work = async {
            for _ in 0..=HOPS {
                let answer = self.once(Method::GET, &url, &headers, None, bounds).await?;
                if !answer.status().is_redirection() {
                    return read(answer, url, bounds.most).await;
                }
                let next = answer.headers().get(LOCATION).and_then(|l| l.to_str().ok());
                let next = next.and_then(|l| url.join(l).ok()).and_then(|u| parse_url(u.as_str()));
                url = next.ok_or_else(|| refused("a redirect to nowhere"))?;
            }
            Err(refused("too many redirects"))
        };
        tokio::time::timeout(bounds.within, work).await.map_err(|_| refused("no answer in time"))?
    }

    /// Posts a body; redirects are not followed.
    ///
    /// # Errors
    /// [`Error::Internal`] with the reason.
    pub async fn post(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
        bounds: Bounds,
    ) -> Result<Fetched> {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(refused)?;
            all.insert(name, HeaderValue::from_str(value).map_err(refused)?);
        }
        let work = async {
            let answer = self.once(Method::POST, url, &all, Some(body.as_ref()), bounds).await?;
            read(answer, url.clone(), bounds.most).await
        };
        tokio::time::timeout(bounds.within, work).await.map_err(|_| refused("no answer in time"))?
    }
}

async fn read(answer: reqwest::Response, url: Url, most: usize) -> Result<Fetched> {
    let status = answer.status().as_u16();
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let mut body = Vec::new();
    let mut stream = answer.bytes_stream();
    while let Some(part) = stream.next().await {
        let part = part.map_err(|e| refused(e.without_url()))?;
        let room = most - body.len();
        body.extend_from_slice(part.get(..part.len().min(room)).unwrap_or(&[]));
        if body.len() >= most {
            break;
        }
    }
    Ok(Fetched { status, url, kind, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_open_network_is_asked() {
        for ip in ["8.8.8.8", "185.12.64.1", "2a01:4f8::1", "64:ff9b::808:808"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::7f00:1",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn an_address_with_a_password_or_another_scheme_is_none() {
        assert!(parse_url("https://example.com/x?y=1").is_some());
        for bad in
            ["ftp://example.com", "https://a:b@example.com", "file:///etc/passwd", "javascript:1", "https://", "x"]
        {
            assert!(parse_url(bad).is_none(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_private_address_is_refused_before_anything_is_sent() {
        let bounds = Bounds { most: 10, within: Duration::from_secs(2) };
        for url in
            ["http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost:1/", "http://2130706433/", "http://0x7f.1/"]
        {
            let error = Outbound { private: false }.get(&Url::parse(url).unwrap(), "*/*", bounds).await.unwrap_err();
            assert!(error.to_string().contains("open network"), "{url}: {error}");
        }
    }
}
