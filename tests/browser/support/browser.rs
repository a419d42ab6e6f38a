//! One browser of one person.

use super::driver;
use crate::house::{Client, Mail, Server};
use kontor::i18n::Lang;
use serde_json::{Value, json};
use std::time::Duration;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::extensions::query::ElementPollerWithTimeout;
use thirtyfour::prelude::*;
use thirtyfour::{RequestData, SessionId};

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(15);
const TICK: Duration = Duration::from_millis(40);

pub struct Browser {
    pub driver: WebDriver,
    pub lang: Lang,
    base: String,
    /// Begins the names of its pictures.
    pub name: String,
}

#[derive(Debug)]
struct Devtools(&'static str, Value);

impl FormatRequestData for Devtools {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(reqwest::Method::POST, format!("/session/{session}/goog/cdp/execute"))
            .add_body(json!({ "cmd": self.0, "params": self.1 }))
    }
}

impl Browser {
    /// A fresh browser that asks for `lang`, looking at `server`; `name` begins the names of its pictures.
    pub async fn open(server: &Server, name: &str, lang: Lang) -> Self {
        Self::open_at(server.url(""), name, lang).await
    }

    /// The same, over a line of its own, already signed in.
    pub async fn over(wire: &super::Wire, who: &Client, name: &str, lang: Lang) -> Self {
        let me = Self::open_at(wire.url.clone(), name, lang).await;
        me.sign_in(who).await;
        me
    }

    async fn open_at(base: String, name: &str, lang: Lang) -> Self {
        let mut caps = DesiredCapabilities::chrome();
        let code = lang.code();
        for arg in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--hide-scrollbars",
            "--window-size=1360,900",
            "--force-color-profile=srgb",
            &format!("--lang={code}"),
            &format!("--accept-lang={code}"),
        ] {
            caps.add_arg(arg).unwrap();
        }
        caps.set_browser_log_level(thirtyfour::LoggingPrefsLogLevel::All).unwrap();
        let driver = WebDriver::builder(driver::url(), caps)
            .poller(std::sync::Arc::new(ElementPollerWithTimeout::new(PATIENCE, TICK)))
            .await
            .unwrap_or_else(|e| panic!("Chromium does not start: {e}"));
        let me = Self { driver, lang, base, name: format!("{name}-{code}") };
        // Neither transitions nor carets: pictures and colours are the settled ones.
        me.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] }),
        )
        .await;
        me
    }

    /// The same, already signed in as `who`.
    pub async fn of(server: &Server, who: &Client, name: &str, lang: Lang) -> Self {
        let me = Self::open(server, name, lang).await;
        me.sign_in(who).await;
        me
    }

    /// Takes over a session.
    pub async fn sign_in(&self, who: &Client) {
        let cookie = json!({ "name": "kontor_session", "value": who.session, "url": self.base, "httpOnly": true });
        self.devtools("Network.setCookie", cookie).await;
    }

    /// One command of the DevTools protocol.
    pub async fn devtools(&self, command: &'static str, params: Value) -> Value {
        let answer = self.driver.cmd(Devtools(command, params)).await;
        answer.and_then(|a| a.value()).unwrap_or_else(|e| panic!("{command}: {e}"))
    }

    /// Pages run no script from now on.
    pub async fn without_scripts(self) -> Self {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        self
    }

    pub async fn goto(&self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.driver.goto(&url).await.unwrap_or_else(|e| panic!("{path}: {e}"));
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        url.as_str().trim_start_matches(&self.base).to_owned()
    }

    /// Runs a function body in the page.
    pub async fn run(&self, body: &str, args: Vec<Value>) -> Value {
        let answer = self.driver.execute(body, args).await;
        answer.unwrap_or_else(|e| panic!("{}: {e}\n{body}", self.name)).json().clone()
    }

    /// Waits until the expression is true in the page.
    pub async fn until(&self, expression: &str) {
        let began = tokio::time::Instant::now();
        let body = format!("return Boolean({expression})");
        loop {
            // While a page goes away its scripts may fail; the next one answers.
            let answer = self.driver.execute(body.as_str(), vec![]).await;
            if answer.as_ref().is_ok_and(|a| a.json() == &Value::Bool(true)) {
                return;
            }
            if began.elapsed() > PATIENCE {
                panic!("{} waited in vain for {expression}\n{}", self.name, self.told().await);
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Waits until the path begins with `path`.
    pub async fn arrives(&self, path: &str) {
        self.until(&format!("location.pathname.startsWith({})", json!(path))).await;
    }

    /// Waits until an element shows.
    pub async fn see(&self, css: &str) -> WebElement {
        let found = self.driver.query(By::Css(css)).and_displayed().first().await;
        match found {
            Ok(element) => element,
            Err(e) => panic!("{} does not see {css}: {e}\n{}", self.name, self.told().await),
        }
    }

    /// Waits until a text stands somewhere on the page, as people read it.
    pub async fn read(&self, text: &str) {
        self.until(&format!("document.body.innerText.includes({})", json!(text))).await;
    }

    /// Whether an element is in the page now.
    pub async fn has(&self, css: &str) -> bool {
        self.run("return document.querySelector(arguments[0]) !== null", vec![json!(css)]).await == Value::Bool(true)
    }

    /// How many there are now.
    pub async fn count(&self, css: &str) -> u64 {
        let found = self.run("return document.querySelectorAll(arguments[0]).length", vec![json!(css)]).await;
        found.as_u64().unwrap_or(0)
    }

    /// Addresses of our own that the links of the page lead to, in order.
    pub async fn links(&self) -> Vec<String> {
        let found = self
            .run(
                "return [...document.querySelectorAll('a[href]:not([download])')]
                   .filter((a) => a.origin === location.origin).map((a) => a.pathname + a.search)",
                vec![],
            )
            .await;
        serde_json::from_value(found).unwrap()
    }

    /// What an element says.
    pub async fn text(&self, css: &str) -> String {
        self.see(css).await.text().await.unwrap()
    }

    pub async fn click(&self, css: &str) {
        let element = self.see(css).await;
        element.scroll_into_view().await.unwrap();
        if let Err(e) = element.click().await {
            panic!("{} cannot click {css}: {e}\n{}", self.name, self.told().await);
        }
    }

    /// Clicks the button or link that says `text`.
    pub async fn press(&self, text: &str) {
        let path = format!(
            "//*[self::button or self::a or self::summary or self::label][normalize-space(.)={0} or @aria-label={0}]",
            quoted(text)
        );
        let found = self.driver.query(By::XPath(path)).and_displayed().first().await;
        match found {
            Ok(element) => {
                element.scroll_into_view().await.unwrap();
                element.click().await.unwrap_or_else(|e| panic!("{} cannot press {text}: {e}", self.name));
            }
            Err(e) => panic!("{} finds no button {text}: {e}\n{}", self.name, self.told().await),
        }
    }

    /// Types into the field of that name, replacing what is there.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.see(&format!("main [name='{name}']")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses the option with that value.
    pub async fn choose(&self, name: &str, value: &str) {
        self.see(&format!("main select[name='{name}']")).await;
        self.click(&format!("main select[name='{name}'] option[value='{value}']")).await;
    }

    /// Submits the form that holds the element.
    pub async fn submit(&self, css: &str) {
        self.click(&format!("{css} [type='submit'], {css} button:not([type])")).await;
    }

    /// Waits until a text stands in a frame of the page.
    pub async fn inside(&self, frame: &str, text: &str) {
        let began = tokio::time::Instant::now();
        loop {
            let _ = self.see(frame).await.enter_frame().await;
            let body = self.driver.find(By::Css("body")).await;
            let found = match body {
                Ok(body) => body.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            self.driver.enter_default_frame().await.unwrap();
            if found.contains(text) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{}: {frame} shows no {text}: {found}", self.name);
            tokio::time::sleep(TICK).await;
        }
    }

    /// Status of the page that shows.
    pub async fn status(&self) -> u64 {
        let found = self.run("return performance.getEntriesByType('navigation')[0].responseStatus", vec![]).await;
        found.as_u64().unwrap_or(0)
    }

    /// What lies in the clipboard under that type.
    pub async fn clipboard(&self, kind: &str) -> String {
        let allowed = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": self.base });
        self.devtools("Browser.grantPermissions", allowed).await;
        let body = "const [kind, done] = arguments;
            navigator.clipboard.read()
              .then((items) => items.find((i) => i.types.includes(kind))?.getType(kind))
              .then((blob) => blob?.text() ?? '').then(done, () => done(''));";
        let began = tokio::time::Instant::now();
        loop {
            let found = self.driver.execute_async(body, vec![json!(kind)]).await.unwrap();
            match found.json().as_str() {
                Some(text) if !text.is_empty() => return text.to_owned(),
                _ => assert!(began.elapsed() < PATIENCE, "{}: no {kind} in the clipboard", self.name),
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Clicks a link that downloads, and answers the one file that arrives in `folder` as text.
    pub async fn download(&self, folder: &std::path::Path, css: &str) -> String {
        std::fs::read_to_string(self.download_file(folder, css).await).unwrap()
    }

    /// Clicks what downloads and answers where the file lies.
    pub async fn download_file(&self, folder: &std::path::Path, css: &str) -> std::path::PathBuf {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).unwrap();
        let here = json!({ "behavior": "allow", "downloadPath": folder });
        self.devtools("Browser.setDownloadBehavior", here).await;
        self.click(css).await;
        let began = tokio::time::Instant::now();
        loop {
            let file = std::fs::read_dir(folder).unwrap().flatten().map(|f| f.path()).find(|f| {
                f.extension().is_some_and(|e| e != "crdownload" && e != "tmp")
                    && f.metadata().is_ok_and(|m| m.len() > 0)
            });
            if let Some(file) = file {
                return file;
            }
            assert!(began.elapsed() < PATIENCE, "{}: nothing arrives by {css}", self.name);
            tokio::time::sleep(TICK).await;
        }
    }

    /// The newest mail to `address` whose text holds `part`.
    pub async fn letter(&self, server: &Server, address: &str, part: &str) -> Mail {
        let began = tokio::time::Instant::now();
        loop {
            let mails = server.mails().await;
            if let Some(mail) = mails.into_iter().rev().find(|m| m.to == address && m.text.contains(part)) {
                return mail;
            }
            assert!(began.elapsed() < PATIENCE, "{}: no mail to {address} with {part}", self.name);
            tokio::time::sleep(TICK).await;
        }
    }

    /// A word of the house in the language of this browser.
    pub fn word(&self, key: &str) -> String {
        kontor::i18n::t(self.lang, key).into_owned()
    }

    /// Where it is and what it reads, for the message of a failed test.
    pub async fn told(&self) -> String {
        let path = self.path().await;
        let text = self.driver.execute("return document.body.innerText", vec![]).await;
        let text = text.ok().and_then(|t| t.json().as_str().map(str::to_owned)).unwrap_or_default();
        format!("at {path}:\n{}", text.chars().take(3_000).collect::<String>())
    }

    pub async fn quit(self) {
        let driver = self.driver.clone();
        drop(self);
        driver.quit().await.unwrap();
    }
}

impl Drop for Browser {
    /// A test that fails leaves a picture of what its people saw.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let url = format!("{}/session/{}/screenshot", driver::url(), self.driver.session_id());
        let file = super::look::folder().join(format!("failed-{}.png", self.name));
        let taken = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            let answer: Value = runtime.block_on(async { reqwest::get(url).await.ok()?.json().await.ok() })?;
            super::look::write(&file, answer["value"].as_str()?);
            Some(file)
        });
        if let Ok(Some(file)) = taken.join() {
            eprintln!("{} last saw {}", self.name, file.display());
        }
    }
}

/// A string of XPath 1.0, which knows no escape.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}
