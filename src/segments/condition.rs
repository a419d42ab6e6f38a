//! A rule as one SQL condition over `members`. Values are bound, never written into the text; `$n` is numbered in
//! order of first appearance, which both databases understand alike.
//!
//! Sets of members are asked as `+members.id IN (…)`: the sign keeps SQLite from walking the cross product of two such
//! lists by the primary key (measured: minutes instead of 70 ms for 100,000 members); PostgreSQL does not mind it.

use super::model::{Compare, Moment, Rule, Set, Sum, Test, When};
use crate::db::Ms;

/// A bound value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind {
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(String),
}

/// A condition with its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// SQL text.
    pub sql: String,
    /// Values of `$1`, `$2`, ….
    pub binds: Vec<Bind>,
}

impl Condition {
    /// Adds SQL text of ours.
    pub fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds a bound number.
    pub fn int(&mut self, n: i64) -> &mut Self {
        self.binds.push(Bind::Int(n));
        // Without the cast PostgreSQL would guess a type from the surroundings.
        self.sql.push_str(&format!("CAST(${} AS BIGINT)", self.binds.len()));
        self
    }

    /// Adds a bound text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.binds.push(Bind::Text(text.to_owned()));
        self.sql.push_str(&format!("CAST(${} AS TEXT)", self.binds.len()));
        self
    }

    fn list(&mut self, values: &[String], as_id: bool) {
        self.push("(");
        for (i, value) in values.iter().enumerate() {
            if i > 0 {
                self.push(",");
            }
            match value.parse::<i64>() {
                Ok(id) if as_id => self.int(id),
                _ => self.text(value),
            };
        }
        self.push(")");
    }
}

struct Writer<'a> {
    out: Condition,
    now: Ms,
    currency: &'a str,
    /// Whether something cheaper beside the test leaves few members to ask.
    narrowed: bool,
}

impl Rule {
    /// The condition at the moment `now`, with `currency` for money that names none. `prefix` is SQL that comes
    /// before it and may have bound values already.
    pub fn condition(&self, prefix: Condition, now: Ms, currency: &str) -> Condition {
        let mut writer = Writer { out: prefix, now, currency, narrowed: false };
        if !self.names_status() {
            writer.out.push("members.status = 'active' AND ");
        }
        writer.rule(self);
        writer.out
    }
}

impl Writer<'_> {
    fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::All(of) => {
                let before = self.narrowed;
                self.narrowed |=
                    of.iter().any(|r| matches!(r, Rule::Leaf(leaf) if !matches!(leaf.test, Test::Sum { .. })));
                self.group(of, " AND ", "1 = 1");
                self.narrowed = before;
            }
            Rule::Any(of) => self.group(of, " OR ", "1 = 0"),
            Rule::Not(of) => {
                self.out.push("NOT ");
                self.rule(of);
            }
            Rule::Leaf(leaf) => {
                self.out.push("(");
                self.test(&leaf.test);
                self.out.push(")");
            }
        }
    }

    fn group(&mut self, of: &[Rule], between: &str, empty: &str) {
        self.out.push("(");
        if of.is_empty() {
            self.out.push(empty);
        }
        for (i, rule) in of.iter().enumerate() {
            if i > 0 {
                self.out.push(between);
            }
            self.rule(rule);
        }
        self.out.push(")");
    }

    fn test(&mut self, test: &Test) {
        match test {
            Test::Among { values, negate, .. } if values.is_empty() => {
                self.out.push(if *negate { "1 = 1" } else { "1 = 0" });
            }
            Test::Among { of, values, negate } => self.among(*of, values, *negate),
            Test::Present { of, yes } => self.present(*of, *yes),
            Test::Lately { of, window, negate } => {
                let since = self.now - window;
                let (table, column, moment, extra) = happened(*of);
                self.out.push(&format!(
                    "+members.id {}IN (SELECT {column} FROM {table} WHERE {column} IS NOT NULL{extra} AND {moment} >= ",
                    if *negate { "NOT " } else { "" }
                ));
                self.out.int(since).push(")");
            }
            Test::Tier { is, than } => {
                self.out.push(&format!("members.tier_rank {} (SELECT t.rank FROM tiers t WHERE t.slug = ", is.sql()));
                self.out.text(than).push(")");
            }
            Test::Moment { of: Moment::JoinedAt, is, .. } => self.when("members.joined_at", *is),
            Test::Moment { of: Moment::LastSeenAt, is, .. } => self.when("members.last_seen_at", *is),
            Test::Moment { of: Moment::LastConversionAt, is, window } => self.last_sale(*is, *window),
            Test::Sum { of, is, than, currency, window } => {
                self.sum(*of, *is, *than, currency.as_deref(), *window);
            }
        }
    }

    fn among(&mut self, of: Set, values: &[String], negate: bool) {
        let not = if negate { "NOT " } else { "" };
        match of {
            Set::Locale | Set::Status => {
                let column = if of == Set::Locale { "locale" } else { "status" };
                self.out.push(&format!("members.{column} {not}IN "));
                self.out.list(values, false);
            }
            Set::Tier => {
                self.out.push(&format!("members.tier_rank {not}IN (SELECT t.rank FROM tiers t WHERE t.slug IN "));
                self.out.list(values, false);
                self.out.push(")");
            }
            _ => {
                let (select, by_id) = match of {
                    Set::Niche => (
                        "SELECT x.member_id FROM member_niches x JOIN niches n ON n.id = x.niche_id WHERE n.slug IN ",
                        false,
                    ),
                    Set::Tag => ("SELECT x.member_id FROM member_tags x WHERE x.tag IN ", false),
                    Set::Program => (
                        "SELECT x.member_id FROM affiliate_refs x JOIN programs p ON p.id = x.program_id WHERE p.slug IN ",
                        false,
                    ),
                    Set::PostedInNiche => (
                        "SELECT x.author_id FROM posts x JOIN threads t ON t.id = x.thread_id \
                         JOIN niches n ON n.id = t.niche_id WHERE x.author_id IS NOT NULL AND n.slug IN ",
                        false,
                    ),
                    Set::DownloadedResource => ("SELECT x.member_id FROM downloads x WHERE x.resource_id IN ", true),
                    Set::OpenedCampaign => {
                        ("SELECT x.member_id FROM campaign_events x WHERE x.kind = 'open' AND x.campaign_id IN ", true)
                    }
                    _ => {
                        ("SELECT x.member_id FROM campaign_events x WHERE x.kind = 'click' AND x.campaign_id IN ", true)
                    }
                };
                self.out.push(&format!("+members.id {not}IN ({select}"));
                self.out.list(values, by_id);
                self.out.push(")");
            }
        }
    }

    fn present(&mut self, of: Set, yes: bool) {
        let not = if yes { "" } else { "NOT " };
        let select = match of {
            // Every member has these.
            Set::Tier | Set::Locale | Set::Status => {
                self.out.push(if yes { "1 = 1" } else { "1 = 0" });
                return;
            }
            Set::Niche => "SELECT x.member_id FROM member_niches x".to_owned(),
            Set::Tag => "SELECT x.member_id FROM member_tags x".to_owned(),
            Set::Program => "SELECT x.member_id FROM affiliate_refs x".to_owned(),
            _ => {
                let (table, column, _, extra) = happened(of);
                format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL{extra}")
            }
        };
        self.out.push(&format!("+members.id {not}IN ({select})"));
    }

    fn when(&mut self, column: &str, is: When) {
        match is {
            When::Within(ms) => {
                let since = self.now - ms;
                self.out.push(&format!("COALESCE({column}, 0) >= ")).int(since);
            }
            When::NotWithin(ms) => {
                let since = self.now - ms;
                self.out.push(&format!("COALESCE({column}, 0) < ")).int(since);
            }
            When::Is(compare, at) => {
                self.out.push(&format!("{column} IS NOT NULL AND {column} {} ", compare.sql())).int(at);
            }
            When::Exists(true) => {
                self.out.push(&format!("{column} IS NOT NULL"));
            }
            When::Exists(false) => {
                self.out.push(&format!("{column} IS NULL"));
            }
        }
    }

    fn sales(&mut self, window: Option<Ms>) {
        self.out.push("SELECT c.member_id FROM conversions c WHERE c.member_id IS NOT NULL AND c.status = 'approved'");
        if let Some(window) = window {
            let since = self.now - window;
            self.out.push(" AND c.occurred_at >= ").int(since);
        }
    }

    fn last_sale(&mut self, is: When, window: Option<Ms>) {
        // Without a sale in the window there is no last one: only "not within" and "never" hold then.
        let never = matches!(is, When::NotWithin(_) | When::Exists(false));
        self.out.push(if never { "+members.id NOT IN (" } else { "+members.id IN (" });
        self.sales(window);
        let now = self.now;
        match is {
            When::Within(ms) | When::NotWithin(ms) => {
                self.out.push(" AND c.occurred_at >= ").int(now - ms);
            }
            When::Is(compare, at) => {
                self.out.push(&format!(" GROUP BY c.member_id HAVING MAX(c.occurred_at) {} ", compare.sql())).int(at);
            }
            When::Exists(_) => {}
        }
        self.out.push(")");
    }

    /// A sum over the sales of a member. Where other tests leave few members, each is asked for theirs, which is an eighth of the
    /// time; alone, all sales of the window are gone through once. A member without sales has the sum 0: where 0 fits, those are
    /// meant too, so the rule is turned round there.
    fn sum(&mut self, of: Sum, is: Compare, than: i64, currency: Option<&str>, window: Option<Ms>) {
        if self.narrowed {
            let value = match of {
                Sum::ConversionsCount => "COUNT(*)",
                Sum::Revenue => "COALESCE(SUM(c.amount), 0)",
                Sum::Commission => "COALESCE(SUM(c.commission), 0)",
            };
            self.out.push(&format!(
                "(SELECT {value} FROM conversions c WHERE c.member_id = members.id AND c.status = 'approved'"
            ));
            if let Some(window) = window {
                let since = self.now - window;
                self.out.push(" AND c.occurred_at >= ").int(since);
            }
            if of != Sum::ConversionsCount {
                let currency = currency.unwrap_or(self.currency).to_owned();
                self.out.push(" AND c.currency = ").text(&currency);
            }
            self.out.push(&format!(") {} ", is.sql())).int(than);
            return;
        }
        let zero_fits = is.holds(0, than);
        self.out.push(if zero_fits { "+members.id NOT IN (" } else { "+members.id IN (" });
        self.sales(window);
        if of != Sum::ConversionsCount {
            let currency = currency.unwrap_or(self.currency).to_owned();
            self.out.push(" AND c.currency = ").text(&currency);
        }
        let value = match of {
            Sum::ConversionsCount => "COUNT(*)",
            Sum::Revenue => "SUM(c.amount)",
            Sum::Commission => "COALESCE(SUM(c.commission), 0)",
        };
        let not = if zero_fits { "NOT " } else { "" };
        self.out.push(&format!(" GROUP BY c.member_id HAVING {not}({value} {} ", is.sql())).int(than).push("))");
    }
}

/// Table, member column, moment and further condition of what a member did.
fn happened(of: Set) -> (&'static str, &'static str, &'static str, &'static str) {
    match of {
        Set::DownloadedResource => ("downloads", "member_id", "at", ""),
        Set::PostedInNiche => ("posts", "author_id", "created_at", ""),
        Set::OpenedCampaign => ("campaign_events", "member_id", "at", " AND kind = 'open'"),
        _ => ("campaign_events", "member_id", "at", " AND kind = 'click'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_bound_and_never_part_of_the_text() {
        let rule = json!({"all":[{"field":"tag","op":"in","value":["a'); DROP TABLE members;--","b"]},
            {"field":"revenue","op":"lt","value":"10","window":"30d"}]});
        let condition = Rule::parse("rule", &rule).unwrap().condition(Condition::default(), 40 * crate::db::DAY, "EUR");
        assert!(!condition.sql.contains("DROP"), "{}", condition.sql);
        assert_eq!(condition.binds.len(), 5);
        for n in 1..=5 {
            assert_eq!(condition.sql.matches(&format!("${n} ")).count(), 1, "{}", condition.sql);
        }
    }
}
