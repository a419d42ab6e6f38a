//! JSON to a rule; every mistake names its path.

use super::model::{Compare, Leaf, Moment, Rule, Set, Sum, Test, When};
use crate::db::{DAY, HOUR, MINUTE, Ms};
use crate::error::FieldError;
use serde_json::{Map, Value};

/// Levels of nesting at most.
const DEPTH: usize = 8;
/// Conditions at most.
const LEAVES: usize = 64;
/// Values of one list at most.
const VALUES: usize = 100;

enum Field {
    Set(Set),
    Moment(Moment),
    Sum(Sum),
}

const FIELDS: [(&str, Field); 16] = [
    ("tier", Field::Set(Set::Tier)),
    ("niche", Field::Set(Set::Niche)),
    ("locale", Field::Set(Set::Locale)),
    ("tag", Field::Set(Set::Tag)),
    ("program", Field::Set(Set::Program)),
    ("status", Field::Set(Set::Status)),
    ("joined_at", Field::Moment(Moment::JoinedAt)),
    ("last_seen_at", Field::Moment(Moment::LastSeenAt)),
    ("conversions_count", Field::Sum(Sum::ConversionsCount)),
    ("revenue", Field::Sum(Sum::Revenue)),
    ("commission", Field::Sum(Sum::Commission)),
    ("last_conversion_at", Field::Moment(Moment::LastConversionAt)),
    ("downloaded_resource", Field::Set(Set::DownloadedResource)),
    ("posted_in_niche", Field::Set(Set::PostedInNiche)),
    ("opened_campaign", Field::Set(Set::OpenedCampaign)),
    ("clicked_campaign", Field::Set(Set::ClickedCampaign)),
];

const OPS: [&str; 11] = ["eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte", "within", "not_within", "exists"];

struct Parser {
    errors: Vec<FieldError>,
    leaves: usize,
}

impl Rule {
    /// Reads a rule; `path` is the name of the field it came in, such as `rule`.
    ///
    /// # Errors
    /// Every mistake with its path: `unknown`, `type`, `invalid`, `missing`, `choice`, `too_deep`, `too_many`.
    pub fn parse(path: &str, json: &Value) -> Result<Self, Vec<FieldError>> {
        let mut parser = Parser { errors: Vec::new(), leaves: 0 };
        let rule = parser.rule(path, json, 1);
        match rule {
            Some(rule) if parser.errors.is_empty() => Ok(rule),
            _ => Err(parser.errors),
        }
    }
}

impl Parser {
    fn wrong(&mut self, path: String, code: &'static str) {
        self.errors.push(FieldError::new(path, code));
    }

    fn choice(&mut self, path: String, choices: &str) {
        self.errors.push(FieldError::new(path, "choice").arg("choices", choices));
    }

    fn rule(&mut self, path: &str, json: &Value, depth: usize) -> Option<Rule> {
        if depth > DEPTH {
            self.errors.push(FieldError::new(path.to_owned(), "too_deep").arg("max", DEPTH));
            return None;
        }
        let Some(object) = json.as_object() else {
            self.wrong(path.to_owned(), "type");
            return None;
        };
        let group = ["all", "any", "not"].into_iter().find(|k| object.contains_key(*k));
        let Some(group) = group else { return self.leaf(path, object) };
        for key in object.keys().filter(|k| *k != group) {
            self.wrong(format!("{path}.{key}"), "unknown");
        }
        let inner = &object[group];
        if group == "not" {
            return self.rule(&format!("{path}.not"), inner, depth + 1).map(|r| Rule::Not(Box::new(r)));
        }
        let Some(list) = inner.as_array() else {
            self.wrong(format!("{path}.{group}"), "type");
            return None;
        };
        if list.len() > LEAVES {
            self.errors.push(FieldError::new(format!("{path}.{group}"), "too_many").arg("max", LEAVES));
            return None;
        }
        let rules: Vec<Option<Rule>> =
            list.iter().enumerate().map(|(i, r)| self.rule(&format!("{path}.{group}[{i}]"), r, depth + 1)).collect();
        let rules: Option<Vec<Rule>> = rules.into_iter().collect();
        rules.map(if group == "all" { Rule::All } else { Rule::Any })
    }

    fn leaf(&mut self, path: &str, object: &Map<String, Value>) -> Option<Rule> {
        self.leaves += 1;
        if self.leaves > LEAVES {
            if self.leaves == LEAVES + 1 {
                self.errors.push(FieldError::new(path.to_owned(), "too_many").arg("max", LEAVES));
            }
            return None;
        }
        let before = self.errors.len();
        for key in object.keys() {
            if !matches!(key.as_str(), "field" | "op" | "value" | "window" | "currency") {
                self.wrong(format!("{path}.{key}"), "unknown");
            }
        }
        let name = self.word(path, object, "field");
        let op = self.word(path, object, "op");
        let field = name.as_ref().and_then(|n| FIELDS.iter().find(|(f, _)| f == n));
        if name.is_some() && field.is_none() {
            self.wrong(format!("{path}.field"), "unknown");
        }
        let known = op.as_ref().is_some_and(|o| OPS.contains(&o.as_str()));
        if op.is_some() && !known {
            self.wrong(format!("{path}.op"), "unknown");
        }
        let (Some((_, field)), Some(op)) = (field, op.filter(|_| known)) else { return None };
        let sales = matches!(field, Field::Sum(_) | Field::Moment(Moment::LastConversionAt));
        let window = match object.get("window").filter(|w| !w.is_null()) {
            Some(_) if !sales => {
                self.wrong(format!("{path}.window"), "unknown");
                None
            }
            Some(w) => self.duration(&format!("{path}.window"), w),
            None => None,
        };
        let money = matches!(field, Field::Sum(Sum::Revenue | Sum::Commission));
        let currency = match object.get("currency").filter(|c| !c.is_null()) {
            Some(_) if !money => {
                self.wrong(format!("{path}.currency"), "unknown");
                None
            }
            Some(c) => self.currency(&format!("{path}.currency"), c),
            None => None,
        };
        let value = object.get("value").unwrap_or(&Value::Null);
        let test = match field {
            Field::Set(of) => self.set(path, *of, &op, value),
            Field::Moment(of) => self.moment(path, &op, value).map(|is| Test::Moment { of: *of, is, window }),
            Field::Sum(of) => self.sum(path, *of, &op, value, currency, window),
        }?;
        (self.errors.len() == before).then(|| Rule::Leaf(Leaf { path: path.to_owned(), test }))
    }

    fn word(&mut self, path: &str, object: &Map<String, Value>, key: &str) -> Option<String> {
        match object.get(key) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(_) => {
                self.wrong(format!("{path}.{key}"), "type");
                None
            }
            None => {
                self.wrong(format!("{path}.{key}"), "missing");
                None
            }
        }
    }

    fn set(&mut self, path: &str, of: Set, op: &str, value: &Value) -> Option<Test> {
        let place = format!("{path}.value");
        let happened =
            matches!(of, Set::DownloadedResource | Set::PostedInNiche | Set::OpenedCampaign | Set::ClickedCampaign);
        match op {
            "eq" | "ne" => {
                let one = self.item(&place, of, value)?;
                Some(Test::Among { of, values: vec![one], negate: op == "ne" })
            }
            "in" | "not_in" => {
                let Some(list) = value.as_array() else {
                    self.wrong(place, "type");
                    return None;
                };
                if list.len() > VALUES {
                    self.errors.push(FieldError::new(place, "too_many").arg("max", VALUES));
                    return None;
                }
                let values: Vec<Option<String>> =
                    list.iter().enumerate().map(|(i, v)| self.item(&format!("{place}[{i}]"), of, v)).collect();
                let values = values.into_iter().collect::<Option<Vec<_>>>()?;
                Some(Test::Among { of, values, negate: op == "not_in" })
            }
            "exists" => self.yes(&place, value).map(|yes| Test::Present { of, yes }),
            "within" | "not_within" if happened => {
                let window = self.duration(&place, value)?;
                Some(Test::Lately { of, window, negate: op == "not_within" })
            }
            _ if of == Set::Tier => match (compare(op), value.as_str()) {
                (Some(is), Some(than)) => Some(Test::Tier { is, than: than.to_owned() }),
                (Some(_), None) => {
                    self.wrong(place, "type");
                    None
                }
                (None, _) => self.unfit(path, "eq, ne, in, not_in, gt, gte, lt, lte, exists"),
            },
            _ if happened => self.unfit(path, "eq, ne, in, not_in, within, not_within, exists"),
            _ => self.unfit(path, "eq, ne, in, not_in, exists"),
        }
    }

    fn unfit(&mut self, path: &str, choices: &str) -> Option<Test> {
        self.choice(format!("{path}.op"), choices);
        None
    }

    fn item(&mut self, place: &str, of: Set, value: &Value) -> Option<String> {
        let by_id = matches!(of, Set::DownloadedResource | Set::OpenedCampaign | Set::ClickedCampaign);
        let text = match value {
            Value::Number(n) if by_id => n.as_i64().map(|n| n.to_string()),
            Value::String(s) if by_id => s.parse::<i64>().ok().map(|n| n.to_string()),
            Value::String(s) if s.chars().count() <= 200 => Some(s.clone()),
            _ => None,
        };
        let Some(text) = text else {
            self.wrong(place.to_owned(), "type");
            return None;
        };
        match of {
            Set::Locale if !matches!(text.as_str(), "de" | "en") => {
                self.choice(place.to_owned(), "de, en");
                None
            }
            Set::Status if crate::accounts::model::Status::parse(&text).is_none() => {
                self.choice(place.to_owned(), "invited, pending_email, pending_approval, active, declined, suspended");
                None
            }
            _ => Some(text),
        }
    }

    fn moment(&mut self, path: &str, op: &str, value: &Value) -> Option<When> {
        let place = format!("{path}.value");
        match op {
            "within" => self.duration(&place, value).map(When::Within),
            "not_within" => self.duration(&place, value).map(When::NotWithin),
            "exists" => self.yes(&place, value).map(When::Exists),
            "gt" | "gte" | "lt" | "lte" => {
                let is = compare(op)?;
                let Some(text) = value.as_str() else {
                    self.wrong(place, "type");
                    return None;
                };
                let Some(at) = moment(text) else {
                    self.wrong(place, "invalid");
                    return None;
                };
                Some(When::Is(is, at))
            }
            _ => {
                self.choice(format!("{path}.op"), "gt, gte, lt, lte, within, not_within, exists");
                None
            }
        }
    }

    fn sum(
        &mut self,
        path: &str,
        of: Sum,
        op: &str,
        value: &Value,
        currency: Option<String>,
        window: Option<Ms>,
    ) -> Option<Test> {
        let place = format!("{path}.value");
        if op == "exists" {
            let yes = self.yes(&place, value)?;
            let is = if yes { Compare::Gt } else { Compare::Eq };
            return Some(Test::Sum { of: Sum::ConversionsCount, is, than: 0, currency: None, window });
        }
        let Some(is) = compare(op) else {
            self.choice(format!("{path}.op"), "eq, ne, gt, gte, lt, lte, exists");
            return None;
        };
        let than = match (of, value) {
            (Sum::ConversionsCount, Value::Number(n)) => n.as_i64(),
            (Sum::ConversionsCount, _) => None,
            (_, Value::String(text)) => match minor_units(text) {
                Some(n) => Some(n),
                None => {
                    self.wrong(place, "invalid");
                    return None;
                }
            },
            (_, Value::Number(n)) => minor_units(&n.to_string()),
            _ => None,
        };
        let Some(than) = than else {
            self.wrong(place, "type");
            return None;
        };
        Some(Test::Sum { of, is, than, currency, window })
    }

    fn yes(&mut self, place: &str, value: &Value) -> Option<bool> {
        match value {
            Value::Null => Some(true),
            Value::Bool(yes) => Some(*yes),
            _ => {
                self.wrong(place.to_owned(), "type");
                None
            }
        }
    }

    fn duration(&mut self, place: &str, value: &Value) -> Option<Ms> {
        let Some(text) = value.as_str() else {
            self.wrong(place.to_owned(), "type");
            return None;
        };
        let parsed = duration(text);
        if parsed.is_none() {
            self.wrong(place.to_owned(), "duration");
        }
        parsed
    }

    fn currency(&mut self, place: &str, value: &Value) -> Option<String> {
        match value.as_str() {
            Some(code) if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) => Some(code.to_owned()),
            Some(_) => {
                self.wrong(place.to_owned(), "invalid");
                None
            }
            None => {
                self.wrong(place.to_owned(), "type");
                None
            }
        }
    }
}

fn compare(op: &str) -> Option<Compare> {
    Some(match op {
        "eq" => Compare::Eq,
        "ne" => Compare::Ne,
        "gt" => Compare::Gt,
        "gte" => Compare::Gte,
        "lt" => Compare::Lt,
        "lte" => Compare::Lte,
        _ => return None,
    })
}

/// `30d`, `12h`, `4w`, `15m`: at most ten years.
pub fn duration(text: &str) -> Option<Ms> {
    let unit = match text.chars().next_back()? {
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        'w' => 7 * DAY,
        'y' => 365 * DAY,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    let n: i64 = digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?;
    n.checked_mul(unit).filter(|ms| *ms > 0 && *ms <= 3_660 * DAY)
}

/// `1000`, `1000.5` or `-3.25` in hundredths.
fn minor_units(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, cents) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !numeric(whole) || !numeric(cents) || cents.len() > 2 || whole.len() > 13 {
        return None;
    }
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    Some(sign * (whole.parse::<i64>().ok()? * 100 + cents))
}

/// RFC 3339, or a date that stands for its first moment in UTC.
fn moment(text: &str) -> Option<Ms> {
    let at = text.parse::<jiff::Timestamp>().ok();
    let at = at.or_else(|| {
        let date: jiff::civil::Date = text.parse().ok()?;
        date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
    });
    at.map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(rule: Value) -> Vec<String> {
        match Rule::parse("rule", &rule) {
            Ok(rule) => panic!("{rule:?}"),
            Err(e) => e.iter().map(|e| format!("{}:{}", e.field, e.code)).collect(),
        }
    }

    #[test]
    fn every_mistake_names_its_path() {
        assert_eq!(errors(json!({"all":[{"field":"tier","op":"like","value":"pro"}]})), ["rule.all[0].op:unknown"]);
        assert_eq!(errors(json!({"any":[{"field":"wetter","op":"eq","value":1}]})), ["rule.any[0].field:unknown"]);
        assert_eq!(errors(json!({"not":{"field":"locale","op":"eq","value":3}})), ["rule.not.value:type"]);
        assert_eq!(
            errors(json!({"all":[{"field":"revenue","op":"gte","value":"1000","window":"30 days"}]})),
            ["rule.all[0].window:duration"]
        );
        assert_eq!(errors(json!({"field":"tag","op":"gt","value":"x"})), ["rule.op:choice"]);
        assert_eq!(errors(json!([])), ["rule:type"]);
        assert_eq!(errors(json!({"all":[{"op":"eq","value":"x"}]})), ["rule.all[0].field:missing"]);
        assert_eq!(errors(json!({"all":[],"x":1})), ["rule.x:unknown"]);
        assert_eq!(errors(json!({"field":"conversions_count","op":"gte","value":"3"})), ["rule.value:type"]);
    }

    #[test]
    fn nesting_and_number_are_bounded() {
        let leaf = json!({"field":"locale","op":"eq","value":"de"});
        let mut deep = leaf.clone();
        for _ in 0..7 {
            deep = json!({"not": deep});
        }
        assert!(Rule::parse("rule", &deep).is_ok());
        assert!(errors(json!({"not": deep}))[0].ends_with(":too_deep"));
        let many =
            |n: usize| json!({"any":[{"all": vec![leaf.clone(); n / 2]}, {"all": vec![leaf.clone(); n - n / 2]}]});
        assert!(Rule::parse("rule", &many(64)).is_ok());
        assert_eq!(errors(many(65)), ["rule.any[1].all[32]:too_many"]);
    }

    #[test]
    fn money_and_durations_are_exact() {
        assert_eq!(minor_units("1000"), Some(100_000));
        assert_eq!(minor_units("12.5"), Some(1_250));
        assert_eq!(minor_units("1,5"), None);
        assert_eq!(duration("30d"), Some(30 * DAY));
        assert_eq!(duration("d"), None);
        assert_eq!(moment("2026-11-23"), Some(1_795_392_000_000));
    }
}
