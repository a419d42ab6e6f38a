//! Who may enter. A handler names its reach in its signature: [`Ctx`] anyone, [`Member`], [`Moderator`],
//! [`Manager`], [`Admin`], [`Ingest`]. The house, the viewer and the reader's language come with it.

use super::viewer::{Role, Scope, Viewer};
use crate::error::Error;
use crate::house::House;
use crate::i18n::Lang;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Deref;
use std::sync::Arc;

/// What the outer middleware found out about a request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Language of the answer.
    pub lang: Lang,
    /// Address of the client.
    pub ip: IpAddr,
    /// Nonce of this answer's scripts.
    pub nonce: String,
    /// Id that links the answer to the log.
    pub request_id: String,
    /// `auto`, `light` or `dark`.
    pub theme: String,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            lang: Lang::En,
            ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            nonce: String::new(),
            request_id: String::new(),
            theme: "auto".into(),
        }
    }
}

/// The surroundings of a request, for anyone.
#[derive(Clone)]
pub struct Ctx {
    /// The platform.
    pub house: House,
    /// Who is looking, if anybody is signed in.
    pub viewer: Option<Arc<Viewer>>,
    /// Language, address, nonce.
    pub asked: Asked,
    /// Path with query, to come back to after signing in.
    pub here: String,
    /// Path alone.
    pub path: String,
    /// The browser's name for itself, cut to 200 bytes.
    pub agent: String,
    /// The message a redirect left for this page, as `kind:key`.
    pub flash: Option<String>,
}

impl Ctx {
    /// Language of the answer.
    pub fn lang(&self) -> Lang {
        self.asked.lang
    }

    /// The client's address as text.
    pub fn ip(&self) -> String {
        self.asked.ip.to_string()
    }

    /// Reads the surroundings of `req`.
    pub fn of(req: &HttpRequest) -> Result<Self, Error> {
        let house = req.app_data::<web::Data<House>>().ok_or_else(|| Error::internal("no house"))?;
        let agent = req.headers().get("user-agent").and_then(|v| v.to_str().ok()).unwrap_or("");
        Ok(Self {
            house: House::clone(house),
            viewer: req.extensions().get::<Arc<Viewer>>().cloned(),
            asked: req.extensions().get::<Asked>().cloned().unwrap_or_default(),
            here: req.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            path: req.path().to_owned(),
            agent: agent.chars().take(200).collect(),
            flash: req.cookie(super::redirect::FLASH).map(|c| c.value().to_owned()),
        })
    }
}

impl FromRequest for Ctx {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ctx::of(req))
    }
}

/// A reach: the role it asks for and the scope that a token needs.
pub trait Reach {
    /// Lowest role.
    const ROLE: Role;
    /// Scope a token needs for this method.
    fn scope(method: &Method) -> Scope;
}

macro_rules! reach {
    ($(#[$doc:meta])* $alias:ident, $marker:ident, $role:expr, $scope:expr) => {
        #[doc(hidden)]
        pub struct $marker;
        impl Reach for $marker {
            const ROLE: Role = $role;
            fn scope(method: &Method) -> Scope {
                let scope: fn(&Method) -> Scope = $scope;
                scope(method)
            }
        }
        $(#[$doc])*
        pub type $alias = As<$marker>;
    };
}

reach!(
    /// Any signed-in member.
    Member, IsMember, Role::Member, |m| if m.is_safe() { Scope::Read } else { Scope::Write }
);
reach!(
    /// Moderators and above.
    Moderator, IsModerator, Role::Moderator, |_| Scope::Manage
);
reach!(
    /// Managers and above.
    Manager, IsManager, Role::Manager, |_| Scope::Manage
);
reach!(
    /// Admins.
    Admin, IsAdmin, Role::Admin, |_| Scope::Admin
);
reach!(
    /// A manager's token that may report conversions.
    Ingest, IsIngest, Role::Manager, |_| Scope::Ingest
);

/// A signed-in viewer of reach `R` with the surroundings of the request.
pub struct As<R> {
    ctx: Ctx,
    /// Who is looking.
    pub viewer: Arc<Viewer>,
    reach: PhantomData<R>,
}

impl<R> Deref for As<R> {
    type Target = Ctx;
    fn deref(&self) -> &Ctx {
        &self.ctx
    }
}

impl<R: Reach> FromRequest for As<R> {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit::<R>(req))
    }
}

fn admit<R: Reach>(req: &HttpRequest) -> Result<As<R>, Error> {
    let ctx = Ctx::of(req)?;
    let viewer = ctx.viewer.clone().ok_or(Error::SignInRequired)?;
    if viewer.role < R::ROLE {
        return Err(Error::Forbidden("forbidden"));
    }
    if !viewer.has_scope(R::scope(req.method())) {
        return Err(Error::Forbidden("scope"));
    }
    Ok(As { ctx, viewer, reach: PhantomData })
}
