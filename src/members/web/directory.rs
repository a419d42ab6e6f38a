//! The directory, and a member's page with the team's form.

use super::super::actions;
use super::super::model::{MemberChange, RefChange, split_tags};
use super::super::store::{self, Contact, Filter, FullPerson, Tier};
use super::{Face, NicheTag, tier_choices, word};
use crate::access::Sight;
use crate::accounts::model::Status;
use crate::accounts::web::FormView;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::web::forms::{Choice, Form};
use crate::web::guards::{Manager, Member};
use crate::web::paging::{Cursor, Page, PageQuery};
use crate::web::redirect::see_other_with;
use crate::web::sources::OfContact;
use crate::web::viewer::{MemberId, Role, Viewer};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// Members of one page.
const PER_PAGE: i64 = 48;

/// What narrows the directory.
#[derive(Debug, Deserialize)]
pub struct DirectoryQuery {
    q: Option<String>,
    niche: Option<String>,
    tier: Option<String>,
    status: Option<String>,
    contact: Option<String>,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct Card {
    id: i64,
    face: Face,
    tier: String,
    role: String,
    bio: String,
    niches: Vec<NicheTag>,
    email: String,
    status: String,
    status_mark: &'static str,
}

fn card(full: &FullPerson, tiers: &[Tier], lang: Lang, manages: bool) -> Card {
    let p = &full.person;
    let team = p.role != Role::Member.code();
    let tier = tiers.iter().find(|t| t.rank == p.tier_rank).map_or("", |t| t.name(lang));
    Card {
        id: p.id.0,
        face: Face::of(p.id.0, &p.name),
        // The team earns no tier.
        tier: if team { String::new() } else { tier.to_owned() },
        role: if team { word(lang, "role", &p.role) } else { String::new() },
        bio: crate::text::excerpt(&p.bio, 160),
        niches: full.niches.iter().map(|n| NicheTag::of(n, lang)).collect(),
        email: if manages { p.email.clone() } else { String::new() },
        status: if manages { word(lang, "status", &p.status) } else { String::new() },
        status_mark: mark(&p.status),
    }
}

fn mark(status: &str) -> &'static str {
    match status {
        "active" => "ok",
        "pending_approval" => "hot",
        "suspended" | "declined" => "bad",
        _ => "accent",
    }
}

#[derive(Serialize)]
struct DirectoryView {
    q: String,
    manages: bool,
    niches: Vec<Choice>,
    tiers: Vec<Choice>,
    statuses: Vec<Choice>,
    contacts: Vec<Choice>,
    cards: Vec<Card>,
    next: String,
}

/// `GET /members`: active members for members; the team finds everybody, by address as well.
pub async fn directory(me: Member, query: web::Query<DirectoryQuery>) -> Result<HttpResponse> {
    let query = query.into_inner();
    let (lang, sight, manages) = (me.lang(), Sight::of(&me.viewer), me.viewer.is_manager());
    let wanted = |v: &Option<String>| v.clone().filter(|v| !v.trim().is_empty());
    let (q, niche, tier) = (wanted(&query.q), wanted(&query.niche), wanted(&query.tier));
    let status = if manages { wanted(&query.status).unwrap_or_else(|| "active".into()) } else { "active".into() };
    // Who looks after whom is the team's.
    let contact = wanted(&query.contact).filter(|_| manages);
    let asked_contact = of_contact(contact.as_deref(), me.viewer.id);
    let after = PageQuery { limit: None, cursor: query.cursor.clone() }.after()?;
    let (asked_niche, asked_tier, asked_q, asked_status) = (niche.clone(), tier.clone(), q.clone(), status.clone());
    let (page, niches, tiers, team) = me
        .house
        .db
        .read(move |c| {
            let (niches, tiers) = (store::list_visible_niches(c, sight)?, store::list_tiers(c)?);
            // A niche or tier that is not there narrows nothing: old links still show somebody.
            let filter = Filter {
                status: Some(asked_status).filter(|s| s != "all"),
                rank: asked_tier.and_then(|slug| tiers.iter().find(|t| t.slug == slug).map(|t| t.rank)),
                niche: asked_niche.and_then(|slug| niches.iter().find(|n| n.slug == slug).map(|n| n.id)),
                q: asked_q,
                by_email: manages,
                contact: asked_contact,
            };
            let team = if manages { store::list_contacts(c)? } else { Vec::new() };
            let people = store::list_people(c, &filter, after.map(|a| a.id), PER_PAGE + 1)?;
            let page = Page::cut(people, PER_PAGE, |p| Cursor { key: 0, id: p.id.0 });
            let next = page.next_cursor;
            let full = store::complete(c, page.items, sight.rank)?;
            Ok((Page { items: full, next_cursor: next }, niches, tiers, team))
        })
        .await?;
    let next = page.next_cursor.map(|cursor| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            [("q", &q), ("niche", &niche), ("tier", &tier), ("status", &Some(status.clone())), ("contact", &contact)]
        {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        format!("/members?{}", query.append_pair("cursor", &cursor).finish())
    });
    let all = Choice::of("", crate::i18n::t(lang, "ui-all"), niche.as_deref().unwrap_or(""));
    let current = niche.as_deref().unwrap_or("");
    let view = DirectoryView {
        manages,
        niches: std::iter::once(all)
            .chain(niches.iter().map(|n| Choice::of(&*n.slug, n.name(lang), current)))
            .collect(),
        tiers: tier_choices(&tiers, lang, Some("ui-all"), tier.as_deref().unwrap_or("")),
        statuses: std::iter::once(Choice::of("all", crate::i18n::t(lang, "ui-all"), &status))
            .chain(Status::ALL.map(|s| Choice::of(s.code(), word(lang, "status", s.code()), &status)))
            .collect(),
        contacts: contact_choices(&team, lang, contact.as_deref().unwrap_or("")),
        cards: page.items.iter().map(|full| card(full, &tiers, lang, manages)).collect(),
        q: q.unwrap_or_default(),
        next: next.unwrap_or_default(),
    };
    me.page("members/directory", "members-directory-title").nav("members").show(&view).await
}

/// Whose partners `contact` of an address means: `me`, `none`, or the id of somebody; anything else is everybody's.
pub fn of_contact(contact: Option<&str>, me: MemberId) -> OfContact {
    match contact {
        None => None,
        Some("none") => Some(None),
        Some("me") => Some(Some(me.0)),
        Some(id) => id.parse().ok().map(Some),
    }
}

/// What a list can be narrowed to: everybody's, mine, nobody's, or somebody's.
pub fn contact_choices(team: &[Contact], lang: Lang, current: &str) -> Vec<Choice> {
    [("", "ui-all"), ("me", "members-contact-me"), ("none", "members-contact-none")]
        .into_iter()
        .map(|(value, key)| Choice::of(value, crate::i18n::t(lang, key), current))
        .chain(team.iter().map(|c| Choice::of(c.id.to_string(), c.name.as_str(), current)))
        .collect()
}

#[derive(Serialize)]
struct MemberView {
    card: Card,
    bio: String,
    joined_at: Option<i64>,
    manages: bool,
    may_change: bool,
    is_admin: bool,
    pitch: String,
    decline_reason: String,
    last_seen_at: Option<i64>,
    confirmed_at: Option<i64>,
    created_at: i64,
    locale: String,
    newsletter: bool,
    tracking: bool,
    tags: String,
    statuses: Vec<Choice>,
    roles: Vec<Choice>,
    tiers: Vec<Choice>,
    programs: Vec<ProgramField>,
    contacts: Vec<Choice>,
    contact: String,
    errors: std::collections::BTreeMap<String, String>,
    may_talk: bool,
    may_block: bool,
    is_blocked: bool,
}

#[derive(Serialize)]
struct ProgramField {
    slug: String,
    code: String,
    match_ids: String,
}

async fn show(me: &Member, id: MemberId, form: Option<FormView>) -> Result<HttpResponse> {
    let (lang, sight, manages) = (me.lang(), Sight::of(&me.viewer), me.viewer.is_manager());
    let (full, tiers, programs, team) = me
        .house
        .db
        .read(move |c| {
            let person = store::find_person(c, id)?;
            // Who is not in is known to the team only.
            if person.status != Status::Active.code() && !manages {
                return Err(Error::NotFound);
            }
            let tiers = store::list_tiers(c)?;
            let programs = if manages { store::list_program_slugs(c)? } else { Vec::new() };
            let team = if manages { store::list_contacts(c)? } else { Vec::new() };
            let full = store::complete(c, vec![person], sight.rank)?.pop().ok_or(Error::NotFound)?;
            Ok((full, tiers, programs, team))
        })
        .await?;
    let name = full.person.name.clone();
    let (mine, other) = (me.viewer.id, full.person.id);
    let is_blocked = me.house.db.read(move |c| store::has_blocked(c, mine, other)).await?;
    let failed = form.is_some();
    let mut view = view(full, &tiers, (&programs, &team), lang, &me.viewer, form.unwrap_or_default());
    view.is_blocked = is_blocked;
    let status = if failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    me.page("members/member", "members-member-title").title(name).nav("members").status(status).show(&view).await
}

fn view(
    full: FullPerson,
    tiers: &[Tier],
    (programs, team): (&[(i64, String)], &[Contact]),
    lang: Lang,
    viewer: &Viewer,
    form: FormView,
) -> MemberView {
    let manages = viewer.is_manager();
    let card = card(&full, tiers, lang, manages);
    let FullPerson { person: p, tags, refs, .. } = full;
    let kept = |field: &str, now: String| form.values.get(field).cloned().unwrap_or(now);
    let tier_now = p.tier_override_rank.and_then(|r| tiers.iter().find(|t| t.rank == r)).map_or("", |t| &t.slug);
    let programs = programs
        .iter()
        .map(|(id, slug)| {
            let mine = || refs.iter().filter(|r| r.program_id == *id);
            let code = mine().find(|r| r.for_links).map(|r| r.code.clone()).unwrap_or_default();
            let others = mine().filter(|r| !r.for_links).map(|r| r.code.as_str()).collect::<Vec<_>>().join(", ");
            ProgramField {
                code: kept(&format!("ref:{slug}"), code),
                match_ids: kept(&format!("match:{slug}"), others),
                slug: slug.clone(),
            }
        })
        .collect();
    let mut statuses = vec![Choice::of(p.status.as_str(), word(lang, "status", &p.status), &p.status)];
    statuses.extend(
        [Status::Active, Status::Declined, Status::Suspended]
            .into_iter()
            .filter(|s| s.code() != p.status)
            .map(|s| Choice::of(s.code(), word(lang, "status", s.code()), &p.status)),
    );
    let contact = kept("contact", p.contact_id.map(|id| id.to_string()).unwrap_or_default());
    let nobody = Choice::of("", crate::i18n::t(lang, "members-contact-none"), &contact);
    let able = team.iter().filter(|c| c.id != p.id.0);
    MemberView {
        contacts: std::iter::once(nobody)
            .chain(able.map(|c| Choice::of(c.id.to_string(), c.name.as_str(), &contact)))
            .collect(),
        contact: team.iter().find(|c| Some(c.id) == p.contact_id).map(|c| c.name.clone()).unwrap_or_default(),
        may_change: manages && (viewer.is_admin() || p.role != Role::Admin.code()),
        is_admin: viewer.is_admin(),
        manages,
        card,
        bio: p.bio,
        joined_at: p.joined_at,
        pitch: if manages { p.pitch } else { String::new() },
        decline_reason: if manages { p.decline_reason } else { String::new() },
        last_seen_at: p.last_seen_at.filter(|_| manages),
        confirmed_at: p.confirmed_at.filter(|_| manages),
        created_at: p.created_at,
        locale: Lang::stored(&p.locale).pick("Deutsch", "English").to_owned(),
        newsletter: manages && p.newsletter_consent,
        tracking: manages && p.tracking_consent,
        tags: if manages { kept("tags", tags.join(", ")) } else { String::new() },
        statuses,
        roles: Role::ALL.map(|r| Choice::of(r.code(), word(lang, "role", r.code()), &p.role)).into(),
        tiers: tier_choices(tiers, lang, Some("members-tier-by-sales"), tier_now),
        programs,
        errors: form.errors,
        may_talk: p.id != viewer.id && p.status == Status::Active.code(),
        may_block: p.id != viewer.id && p.role == Role::Member.code(),
        is_blocked: false,
    }
}

/// `GET /members/{id}`
pub async fn member(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    show(&me, MemberId(*id), None).await
}

/// `POST /members/{id}`: the team's form.
pub async fn change(manager: Manager, me: Member, id: web::Path<i64>, form: Form) -> Result<HttpResponse> {
    let id = MemberId(*id);
    let slugs = manager.house.db.read(store::list_program_slugs).await?;
    let refs: Vec<RefChange> = slugs
        .into_iter()
        .map(|(_, slug)| RefChange {
            code: Some(form.text(&format!("ref:{slug}")).to_owned()).filter(|c| !c.is_empty()),
            match_ids: split_tags(form.text(&format!("match:{slug}"))),
            program: slug,
        })
        .collect();
    let status = Status::parse(form.text("status"));
    let role = Role::parse(form.text("role"));
    let before = manager.house.db.read(move |c| store::find_person(c, id)).await?;
    let change = MemberChange {
        status: status.filter(|s| s.code() != before.status),
        reason: Some(form.text("reason").to_owned()),
        role: role.filter(|_| manager.viewer.is_admin()),
        tier_override: Some(Some(form.text("tier").to_owned()).filter(|t| !t.is_empty())),
        tags: Some(split_tags(form.text("tags"))),
        affiliate_ref: None,
        affiliate_refs: Some(refs).filter(|r| !r.is_empty()),
        contact_id: form.ticked("contact").then(|| form.text("contact").parse().ok()),
    };
    match actions::change_member(&manager.house, &manager.viewer, id, change).await {
        Ok(()) => {
            let there = format!("/members/{id}");
            Ok(see_other_with(&manager.house.config, &there, "ok", "accounts-saved"))
        }
        Err(Error::Conflict(code)) => {
            let message = crate::web::problem::message(me.lang(), &Error::Conflict(code));
            let errors = std::collections::BTreeMap::from([("form".to_owned(), message)]);
            show(&me, id, Some(FormView { values: form.values(), errors, key: String::new() })).await
        }
        Err(error) => {
            let again = FormView::again(me.lang(), &form, "", error)?;
            show(&me, id, Some(again)).await
        }
    }
}
