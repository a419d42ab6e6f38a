//! A client of the HTTP API and of the pages, as a browser or a program would be one.

use kontor::web::csrf::token_for;
use kontor::web::viewer::MemberId;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::Value;

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    headers: HeaderMap,
    pub session: String,
    pub member: MemberId,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("no JSON ({e}): {} {}", self.status, self.text))
    }

    /// Fails the test with the whole answer when the status is another one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    pub fn id(&self) -> i64 {
        self.json()["id"].as_i64().unwrap_or_else(|| panic!("no id: {}", self.text))
    }

    /// `field:code` of each error of a problem document.
    pub fn field_errors(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|e| format!("{}:{}", e["field"].as_str().unwrap(), e["code"].as_str().unwrap())).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }

    /// Number of SQL statements the server counted.
    pub fn statements(&self) -> u64 {
        let timing = self.header("server-timing");
        timing.split("desc=\"").nth(1).and_then(|t| t.split('"').next()).and_then(|n| n.parse().ok()).unwrap()
    }
}

impl Client {
    pub fn new(base: String) -> Self {
        // Whoever comes second finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .cookie_store(true)
            .no_proxy()
            .pool_idle_timeout(std::time::Duration::from_secs(30))
            .build()
            .unwrap();
        Self { http, base, headers: HeaderMap::new(), session: String::new(), member: MemberId(0) }
    }

    /// The same client with one more header on every request.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        self
    }

    pub fn with_session(self, session: &str, member: MemberId) -> Self {
        let mut me = self
            .with_header("cookie", &format!("kontor_session={session}"))
            .with_header("x-csrf-token", &token_for(session));
        me.session = session.to_owned();
        me.member = member;
        me
    }

    pub fn with_bearer(self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// Without the CSRF token a browser page would carry.
    pub fn without_csrf(mut self) -> Self {
        self.headers.remove("x-csrf-token");
        self
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).headers(self.headers.clone())
    }

    pub async fn send(request: reqwest::RequestBuilder) -> Answer {
        let res = request.send().await.unwrap();
        Answer { status: res.status(), headers: res.headers().clone(), text: res.text().await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Self::send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Self::send(self.request(Method::DELETE, path)).await
    }

    pub async fn delete_with(&self, path: &str, body: Value) -> Answer {
        Self::send(self.request(Method::DELETE, path).json(&body)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Self::send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        Self::send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        Self::send(self.request(Method::PUT, path).json(&body)).await
    }

    /// Posts a form as a page does.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Self::send(self.request(Method::POST, path).form(fields)).await
    }
}
