//! How a page looks and sounds: axe, overflow, layout shift, the console, pictures.

use super::Browser;
use base64::Engine;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Width and scheme a page is looked at in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub width: u32,
    pub dark: bool,
}

/// A phone, and a desktop.
pub const NARROW: u32 = 390;
pub const WIDE: u32 = 1360;

/// Most layout shift a page may cause while it loads (the bar for pages is 0.05).
const SHIFT: f64 = 0.05;

/// Where pictures go: people look at them.
pub fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let folder = target.join("screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes one base64 picture.
pub fn write(file: &Path, base64: &str) {
    let bytes = base64::engine::general_purpose::STANDARD.decode(base64).unwrap();
    std::fs::write(file, bytes).unwrap();
}

fn axe() -> &'static str {
    static AXE: OnceLock<String> = OnceLock::new();
    AXE.get_or_init(|| {
        let path = std::env::var_os("KONTOR_TEST_AXE").map_or_else(cached, PathBuf::from);
        std::fs::read_to_string(&path)
            .unwrap_or_else(|e| panic!("axe-core is not at {} ({e}): run tests/run, which fetches it", path.display()))
    })
}

/// Where `tests/run` keeps it.
fn cached() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from);
    cache.join("kontor-tests/node_modules/axe-core/axe.min.js")
}

const RUN_AXE: &str = r"
const [rules, done] = arguments;
const options = { resultTypes: ['violations'] };
if (rules.length) options.runOnly = { type: 'rule', values: rules };
axe.run(document, options).then(
  (found) => done(found.violations.flatMap((v) => v.nodes.map((n) => `${v.id} (${v.impact}): ${v.help}\n      ${n.target.join(' ')}\n      ${n.html.slice(0, 200)}\n      ${n.any.concat(n.all, n.none).map((c) => c.message).join('; ').slice(0, 300)}`))),
  (error) => done([`axe failed: ${error}`]));";

/// What sticks out to the right of the window, or scrolls sideways without being meant to.
const OVERFLOW: &str = r"
const found = [];
const wide = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > wide + 1) found.push(`the page is ${document.documentElement.scrollWidth}px wide in ${wide}px`);
const scrolls = (e) => /auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX);
for (const e of document.body.querySelectorAll('*')) {
  const box = e.getBoundingClientRect();
  if (!box.width || !box.height || box.right <= wide + 1) continue;
  let up = e.parentElement;
  while (up && up !== document.body && !(scrolls(up) && up.getBoundingClientRect().right <= wide + 1)) up = up.parentElement;
  if (!up || up === document.body) found.push(`${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''} ends at ${Math.round(box.right)}px: ${(e.textContent ?? '').trim().slice(0, 40)}`);
}
for (const e of document.body.querySelectorAll('main, main *')) {
  if (e.scrollWidth <= e.clientWidth + 1 || !e.clientWidth) continue;
  const style = getComputedStyle(e);
  if (!/auto|scroll/.test(style.overflowX) || e.matches('pre, textarea, input, .table-wrap, .segmented, .tabs, .chart, [data-scrolls]')) continue;
  found.push(`${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''} scrolls sideways: ${e.scrollWidth}px in ${e.clientWidth}px`);
}
return found.slice(0, 10);";

const SHIFTED: &str = r"
const done = arguments[arguments.length - 1];
let sum = 0;
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value; }).observe({ type: 'layout-shift', buffered: true });
requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));";

impl Browser {
    /// Window and scheme from now on.
    pub async fn wear(&self, look: Look) {
        let narrow = look.width < 600;
        let height = if narrow { 844 } else { 900 };
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": look.width, "height": height, "deviceScaleFactor": 1, "mobile": narrow }),
        )
        .await;
        self.devtools("Emulation.setTouchEmulationEnabled", json!({ "enabled": narrow })).await;
        let scheme = if look.dark { "dark" } else { "light" };
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [
                { "name": "prefers-color-scheme", "value": scheme },
                { "name": "prefers-reduced-motion", "value": "reduce" },
            ] }),
        )
        .await;
    }

    /// A picture of the whole page as `<browser>-<name>.png`.
    pub async fn shot(&self, name: &str) {
        let size = self.devtools("Page.getLayoutMetrics", json!({})).await["cssContentSize"].clone();
        let height = size["height"].as_f64().unwrap_or(900.0).min(3_000.0);
        let picture = self
            .devtools(
                "Page.captureScreenshot",
                json!({ "captureBeyondViewport": true,
                        "clip": { "x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1 } }),
            )
            .await;
        let clean: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let file = folder().join(format!("{}-{}.png", self.name, clean.trim_matches('-')));
        write(&file, picture["data"].as_str().unwrap());
    }

    /// What axe finds by these rules (none: by all), one string a node.
    pub async fn axe(&self, rules: &[&str]) -> Vec<String> {
        if self.run("return !window.axe", vec![]).await == json!(true) {
            self.run(axe(), vec![]).await;
        }
        let found = self.driver.execute_async(RUN_AXE, vec![json!(rules)]).await.unwrap();
        found.convert().unwrap()
    }

    /// What is too wide.
    pub async fn overflow(&self) -> Vec<String> {
        serde_json::from_value(self.run(OVERFLOW, vec![]).await).unwrap()
    }

    /// Errors in the console since the last look: failed scripts, refused by policy, missing files.
    /// `forgiven` is part of a message that belongs to the test.
    pub async fn complaints(&self, forgiven: &str) -> Vec<String> {
        let log = self.driver.browser_log().await.unwrap();
        log.into_iter()
            .filter(|e| e.level == "SEVERE" || e.message.contains("Content Security Policy"))
            .map(|e| format!("console: {}", e.message))
            .filter(|m| forgiven.is_empty() || !m.contains(forgiven))
            .collect()
    }

    async fn shift(&self) -> Option<String> {
        let sum = self.driver.execute_async(SHIFTED, vec![]).await.unwrap().json().as_f64().unwrap_or(0.0);
        (sum > SHIFT).then(|| format!("layout shift {sum:.3} while loading"))
    }

    /// Everything about the page as it stands in one look; pictures it.
    pub async fn inspect(&self, name: &str) -> Vec<String> {
        self.shot(name).await;
        let mut found = self.overflow().await;
        found.extend(self.axe(&[]).await);
        found
    }

    /// Opens a page in both widths, in the light, and in the dark at one of them: the colours of a page are the same at both, and
    /// the walk in the other language looks at the other. Answers everything that is wrong with it.
    pub async fn examine(&self, path: &str, forgiven: &str) -> Vec<String> {
        let dark_at = if self.name.ends_with("-de") { WIDE } else { NARROW };
        let mut wrong = Vec::new();
        for width in [NARROW, WIDE] {
            self.wear(Look { width, dark: false }).await;
            self.goto(path).await;
            let mut here: Vec<String> = self.shift().await.into_iter().collect();
            here.extend(self.inspect(&format!("{path}-{width}-light")).await);
            // The same page in the dark has the same names, roles and boxes; its colours are others.
            if width == dark_at {
                self.wear(Look { width, dark: true }).await;
                self.shot(&format!("{path}-{width}-dark")).await;
                here.extend(self.axe(&["color-contrast"]).await.into_iter().map(|w| format!("dark: {w}")));
            }
            here.extend(self.complaints(forgiven).await);
            wrong.extend(here.into_iter().map(|w| format!("{} {path} at {width}px: {w}", self.name)));
        }
        wrong
    }
}

/// Fails with everything that is wrong, readably.
#[track_caller]
pub fn all_well(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} complaints:\n  {}", wrong.len(), wrong.join("\n  "));
}
