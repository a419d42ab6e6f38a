//! Questions to a name server: the system's, or the one that the operator names.

use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};
use hickory_resolver::{Resolver, TokioResolver};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Asks names.
pub struct Names(TokioResolver);

/// A failure of the name server, in words. A name without such a record is no failure.
pub type Trouble = String;

impl Names {
    /// A resolver that asks `server`, or the system's servers.
    ///
    /// # Errors
    /// When the system names none.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, Trouble> {
        let mut builder = match server {
            Some(address) => {
                let mut server = NameServerConfig::udp_and_tcp(address.ip());
                server.connections.iter_mut().for_each(|c| c.port = address.port());
                let config = ResolverConfig::from_name_servers(vec![server]);
                Resolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => Resolver::builder_tokio().map_err(|e| e.to_string())?,
        };
        let options = builder.options_mut();
        options.timeout = Duration::from_secs(3);
        options.attempts = 2;
        options.cache_size = 64;
        Ok(Self(builder.build().map_err(|e| e.to_string())?))
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, Trouble> {
        // The dot: no search list makes another name of it.
        let name = format!("{}.", name.trim_end_matches('.'));
        match self.0.lookup(name, kind).await {
            Ok(found) => Ok(found.answers().iter().map(|r| r.data.clone()).collect()),
            Err(e) if e.is_no_records_found() || e.is_nx_domain() => Ok(Vec::new()),
            Err(e) => Err(e.to_string()),
        }
    }

    /// TXT records, each put together from its pieces.
    ///
    /// # Errors
    /// When no server answers.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, Trouble> {
        let found = self.ask(name, RecordType::TXT).await?;
        Ok(found
            .iter()
            .filter_map(|data| match data {
                RData::TXT(txt) => {
                    let bytes: Vec<u8> = txt.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
                    Some(String::from_utf8_lossy(&bytes).into_owned())
                }
                _ => None,
            })
            .collect())
    }

    /// Hosts of the MX records, best first.
    ///
    /// # Errors
    /// When no server answers.
    pub async fn exchangers(&self, name: &str) -> Result<Vec<String>, Trouble> {
        let mut found: Vec<(u16, String)> = self
            .ask(name, RecordType::MX)
            .await?
            .iter()
            .filter_map(|data| match data {
                RData::MX(mx) => Some((mx.preference, plain(&mx.exchange.to_string()))),
                _ => None,
            })
            .collect();
        found.sort();
        Ok(found.into_iter().map(|(_, host)| host).collect())
    }

    /// Addresses of a host; an address is its own.
    ///
    /// # Errors
    /// When no server answers.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Trouble> {
        if let Ok(ip) = host.trim_matches(['[', ']']).parse() {
            return Ok(vec![ip]);
        }
        let mut out = Vec::new();
        for kind in [RecordType::A, RecordType::AAAA] {
            out.extend(self.ask(host, kind).await?.iter().filter_map(|data| match data {
                RData::A(a) => Some(IpAddr::V4(a.0)),
                RData::AAAA(a) => Some(IpAddr::V6(a.0)),
                _ => None,
            }));
        }
        Ok(out)
    }

    /// Names of an address.
    ///
    /// # Errors
    /// When no server answers.
    pub async fn names_of(&self, ip: IpAddr) -> Result<Vec<String>, Trouble> {
        let found = self.ask(&super::names::reversed(ip), RecordType::PTR).await?;
        Ok(found
            .iter()
            .filter_map(|data| match data {
                RData::PTR(name) => Some(plain(&name.0.to_string())),
                _ => None,
            })
            .collect())
    }
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}
