//! Redirects after a form: 303, with an optional message for the next page.

use crate::config::Config;
use actix_web::HttpResponse;
use actix_web::cookie::{Cookie, SameSite};

/// Cookie that carries a message over one redirect, as `kind:key`.
pub const FLASH: &str = "kontor_flash";

/// `303 See Other` to `path` on this server.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("location", path)).finish()
}

/// Like [`see_other`], and the next page shows the text `key` as `kind` (`ok`, `bad`, `hot`).
pub fn see_other_with(config: &Config, path: &str, kind: &str, key: &str) -> HttpResponse {
    let cookie = Cookie::build(FLASH, format!("{kind}:{key}"))
        .path("/")
        .http_only(true)
        .secure(config.is_https())
        .same_site(SameSite::Lax)
        .max_age(actix_web::cookie::time::Duration::seconds(60))
        .finish();
    HttpResponse::SeeOther().insert_header(("location", path)).cookie(cookie).finish()
}

/// Only a path of our own is a place to go back to: no scheme, no host, no backslash tricks.
pub fn own_path(wanted: &str) -> Option<&str> {
    let clean = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.contains('\\')
        && !wanted.chars().any(char::is_control)
        && wanted.len() <= 2_000;
    clean.then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn a_way_back_stays_in_the_house() {
        assert_eq!(own_path("/threads/5?page=2#p7"), Some("/threads/5?page=2#p7"));
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\nb"] {
            assert_eq!(own_path(bad), None, "{bad:?}");
        }
    }
}
