//! Handlebars helpers of the pages. What returns a value is escaped by the template; what writes `<time>` or
//! `<svg>` writes only what it made itself.

use crate::i18n::{self, Arg, Lang};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError, RenderErrorReason,
    ScopedJson,
};
use jiff::tz::TimeZone;
use serde_json::Value;

/// Adds every helper for `lang`.
pub fn register(registry: &mut Handlebars<'_>, lang: Lang) {
    registry.register_helper("t", Box::new(Text(lang)));
    for (name, shape) in [
        ("date", Shape::DateTime),
        ("day", Shape::Day),
        ("time", Shape::Time),
        ("ago", Shape::Ago),
        ("on", Shape::Date),
    ] {
        registry.register_helper(name, Box::new(Moment(lang, shape)));
    }
    registry.register_helper("num", Box::new(Num(lang)));
    registry.register_helper("money", Box::new(Money(lang)));
    registry.register_helper("icon", Box::new(icon));
    registry.register_helper("sign", Box::new(sign));
    registry.register_helper("csrf", Box::new(csrf));
    registry.register_helper("lookup_or", Box::new(LookupOr));
    registry.register_helper("concat", Box::new(Concat));
}

fn param<'a>(h: &'a Helper<'_>, i: usize, name: &'static str) -> Result<&'a Value, RenderError> {
    h.param(i).map(|p| p.value()).ok_or_else(|| RenderErrorReason::ParamNotFoundForIndex(name, i).into())
}

fn int(value: &Value) -> i64 {
    value.as_i64().or_else(|| value.as_f64().map(|f| f as i64)).unwrap_or(0)
}

/// `{{t "key" n=5 name=v.name}}`: the text of a key.
struct Text(Lang);
impl HelperDef for Text {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let key = param(h, 0, "t")?.as_str().unwrap_or("").to_owned();
        let text = if h.hash().is_empty() {
            i18n::t(self.0, &key).into_owned()
        } else {
            let args: Vec<(&str, Arg)> = h
                .hash()
                .iter()
                .map(|(name, v)| {
                    let arg = match v.value() {
                        Value::Number(n) => Arg::Number(n.as_i64().unwrap_or(0)),
                        Value::String(s) => Arg::Text(s.clone()),
                        other => Arg::Text(other.to_string()),
                    };
                    (*name, arg)
                })
                .collect();
            i18n::t_args(self.0, &key, &args)
        };
        Ok(ScopedJson::Derived(Value::String(text)))
    }
}

enum Shape {
    DateTime,
    Date,
    Day,
    Time,
    Ago,
}

/// `{{date ms}}` and its relatives: a `<time>` element in the reader's zone; nothing for null.
struct Moment(Lang, Shape);
impl HelperDef for Moment {
    fn call<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        ctx: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let value = param(h, 0, "date")?;
        if value.is_null() {
            return Ok(());
        }
        let (ms, lang) = (int(value), self.0);
        let shell = ctx.data().get("shell");
        let zone = shell.and_then(|s| s.get("zone")?.as_str()).map_or_else(|| TimeZone::UTC, i18n::parse_zone);
        let now = shell.and_then(|s| s.get("now")).map_or(ms, int);
        let text = match self.1 {
            Shape::DateTime => i18n::date_time(lang, ms, &zone),
            Shape::Date => i18n::date(lang, ms, &zone),
            Shape::Day => i18n::day(lang, ms, now, &zone),
            Shape::Time => i18n::time(ms, &zone),
            Shape::Ago => i18n::ago(lang, ms, now, &zone),
        };
        out.write(&element(lang, ms, &zone, &text))?;
        Ok(())
    }
}

fn element(lang: Lang, ms: i64, zone: &TimeZone, text: &str) -> String {
    format!("<time datetime=\"{}\" title=\"{}\">{text}</time>", i18n::iso(ms), i18n::date_time(lang, ms, zone))
}

/// What `{{ago ms}}` writes, for lists that fill a stencil.
pub fn ago_element(lang: Lang, ms: i64, now: i64, zone: &TimeZone) -> String {
    element(lang, ms, zone, &i18n::ago(lang, ms, now, zone))
}

struct Writer<'a>(&'a mut dyn Output);
impl Writer<'_> {
    fn write_fmt(&mut self, args: std::fmt::Arguments<'_>) -> std::io::Result<()> {
        self.0.write_fmt(args)
    }
}

/// `{{num n}}`: a number with separators.
struct Num(Lang);
impl HelperDef for Num {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let n = int(param(h, 0, "num")?);
        Ok(ScopedJson::Derived(Value::String(i18n::number(self.0, n))))
    }
}

/// `{{money minor "EUR"}}`: an amount in minor units.
struct Money(Lang);
impl HelperDef for Money {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let minor = int(param(h, 0, "money")?);
        let currency = param(h, 1, "money")?.as_str().unwrap_or("EUR");
        Ok(ScopedJson::Derived(Value::String(i18n::money(self.0, minor, currency))))
    }
}

/// `{{lookup_or map "key"}}`: the value, or an empty text where there is none.
struct LookupOr;
impl HelperDef for LookupOr {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let key = param(h, 1, "lookup_or")?.as_str().unwrap_or("").to_owned();
        let found = param(h, 0, "lookup_or")?.get(&key).cloned();
        Ok(ScopedJson::Derived(found.unwrap_or_else(|| Value::String(String::new()))))
    }
}

/// `{{concat "a" b}}`: the values one after the other.
struct Concat;
impl HelperDef for Concat {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        h: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let mut text = String::new();
        for p in h.params() {
            match p.value() {
                Value::String(s) => text.push_str(s),
                Value::Null => {}
                other => text.push_str(&other.to_string()),
            }
        }
        Ok(ScopedJson::Derived(Value::String(text)))
    }
}

/// `{{icon "name"}}`: an icon of the sprite; the name is ours, never a member's.
fn icon(
    h: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let name = param(h, 0, "icon")?.as_str().unwrap_or("");
    if name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        let assets = super::assets::prefix();
        write!(
            Writer(out),
            "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"{assets}/icons.svg#{name}\"/></svg>"
        )?;
    }
    Ok(())
}

/// The reactions we draw ourselves: sign and icon. `static/js/rooms/signs.js` has the same.
const DRAWN: [(&str, &str); 6] =
    [("👍", "thumb"), ("❤️", "heart"), ("🎉", "party"), ("😄", "smile"), ("👀", "eye"), ("✅", "check")];

/// `{{sign e}}`: a reaction as our icon with its name; a sign of somebody else's client stands as it is.
fn sign(
    h: &Helper<'_>,
    _: &Handlebars<'_>,
    ctx: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let e = param(h, 0, "sign")?.as_str().unwrap_or("");
    let Some((_, icon)) = DRAWN.iter().find(|(sign, _)| *sign == e) else {
        out.write(&handlebars::html_escape(e))?;
        return Ok(());
    };
    let assets = super::assets::prefix();
    let lang = ctx.data().get("shell").and_then(|s| s.get("lang")?.as_str()).and_then(Lang::parse).unwrap_or(Lang::En);
    let name = i18n::t(lang, &format!("rooms-sign-{icon}"));
    write!(
        Writer(out),
        "<svg class=\"icon\" role=\"img\" aria-label=\"{}\"><use href=\"{assets}/icons.svg#{icon}\"/></svg>",
        handlebars::html_escape(&name)
    )?;
    Ok(())
}

/// `{{csrf}}`: the hidden field every form of a session carries.
fn csrf(
    _: &Helper<'_>,
    _: &Handlebars<'_>,
    ctx: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let token = ctx.data().get("shell").and_then(|s| s.get("csrf")?.as_str()).unwrap_or("");
    write!(Writer(out), "<input type=\"hidden\" name=\"_csrf\" value=\"{token}\">")?;
    Ok(())
}
