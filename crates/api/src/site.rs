//! Where the server stands: what its own address is and which names it answers to.

use axum::http::{HeaderMap, header};
use std::net::{IpAddr, SocketAddr};

/// The address people use, and the rules that follow from it.
#[derive(Clone, Debug)]
pub struct Site {
    /// What the listener is bound to.
    pub bind: SocketAddr,
    /// The address people type, when it is not the bind's own: `https://karat.example.org`.
    pub public_url: Option<String>,
    /// Host names on which plain http is accepted for signing in, beside loopback.
    pub http_hosts: Vec<String>,
}

impl Site {
    /// A server on this machine only.
    pub fn loopback(bind: SocketAddr) -> Self {
        Self { bind, public_url: None, http_hosts: Vec::new() }
    }

    /// The address to print and to build links with; no slash at the end.
    pub fn url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.bind),
        }
    }

    /// Whether people reach the server over https.
    pub(crate) fn secure(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Whether the server answers to this request's host. A server on loopback answers to
    /// its own names only, or a page elsewhere could rebind its DNS name to 127.0.0.1.
    pub(crate) fn answers_to(&self, headers: &HeaderMap) -> bool {
        if !self.bind.ip().is_loopback() {
            return true;
        }
        let Some(host) = host(headers) else { return true };
        is_loopback_name(host) || self.is_public_host(host) || self.http_hosts.iter().any(|h| h == host)
    }

    /// Whether a password may travel: https, loopback, or a host the operator named.
    pub(crate) fn may_sign_in(&self, headers: &HeaderMap) -> bool {
        let Some(host) = host(headers) else { return self.secure() };
        self.secure()
            || (self.bind.ip().is_loopback() && is_loopback_name(host))
            || self.http_hosts.iter().any(|h| h == host)
    }

    /// Whether `origin` (`https://host[:port]`) is the server this request was sent to.
    pub(crate) fn same_origin(&self, origin: &str, headers: &HeaderMap) -> bool {
        if self.public_url.as_deref().is_some_and(|url| url.trim_end_matches('/') == origin) {
            return true;
        }
        let sent_to = headers.get(header::HOST).and_then(|v| v.to_str().ok());
        origin.split_once("://").is_some_and(|(_, host)| Some(host) == sent_to)
    }

    fn is_public_host(&self, host: &str) -> bool {
        let Some((_, rest)) = self.public_url.as_deref().and_then(|url| url.split_once("://")) else {
            return false;
        };
        without_port(rest.split('/').next().unwrap_or_default()) == host
    }
}

/// The request's host name without its port.
fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok().map(without_port)
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => authority,
    }
}

fn is_loopback_name(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost"
        || bare.ends_with(".localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(host: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        headers
    }

    #[test]
    fn a_loopback_server_answers_to_its_own_names_only() {
        let site = Site::loopback("127.0.0.1:8080".parse().unwrap());
        for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "karat.localhost"] {
            assert!(site.answers_to(&to(host)) && site.may_sign_in(&to(host)), "{host}");
        }
        assert!(!site.answers_to(&to("evil.example:8080")));
        assert!(!site.answers_to(&to("127.0.0.1.evil.example")));
    }

    #[test]
    fn a_public_http_server_keeps_passwords_out_unless_told() {
        let mut site = Site::loopback("0.0.0.0:80".parse().unwrap());
        assert!(site.answers_to(&to("lab:80")) && !site.may_sign_in(&to("lab:80")));
        // The name alone proves nothing on a public bind.
        assert!(!site.may_sign_in(&to("localhost")));
        site.http_hosts.push("lab".into());
        assert!(site.may_sign_in(&to("lab:80")));
        site.http_hosts.clear();
        site.public_url = Some("https://karat.example.org/".into());
        assert!(site.may_sign_in(&to("karat.example.org")));
    }

    #[test]
    fn an_origin_is_compared_with_the_whole_authority() {
        let site = Site::loopback("127.0.0.1:8080".parse().unwrap());
        assert!(site.same_origin("http://127.0.0.1:8080", &to("127.0.0.1:8080")));
        assert!(!site.same_origin("http://127.0.0.1:9090", &to("127.0.0.1:8080")));
        assert!(!site.same_origin("null", &to("127.0.0.1:8080")));
    }
}
