//! The house keeps its own rules: who may know whom, migrations in pairs, letters and pages complete in both
//! languages, every API route documented, the README's table true.

use kontor::config::VARIABLES;
use kontor::i18n::{self, Lang};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Features in the order in which they may know each other.
const FEATURES: [&str; 15] = [
    "access",
    "policies",
    "accounts",
    "members",
    "notices",
    "programs",
    "segments",
    "forums",
    "rooms",
    "library",
    "newsletters",
    "invitations",
    "finder",
    "office",
    "upkeep",
];
const PLATFORM: [&str; 10] = ["db", "secrets", "web", "live", "mail", "jobs", "files", "text", "i18n", "settings"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return out };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(files_below(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            out.push(path);
        }
    }
    out.sort();
    out
}

/// Path below `src` with its code; comments and test modules are not code.
fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    files_below(&src, ".rs")
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or("");
            let code: String =
                code.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            (name, code)
        })
        .collect()
}

fn room_of(file: &str) -> &str {
    file.split('/').next().unwrap_or("").trim_end_matches(".rs")
}

fn mentions(code: &str, krate: &str) -> bool {
    code.match_indices(krate).any(|(i, _)| {
        let before = code[..i].chars().next_back().unwrap_or(' ');
        let after = &code[i + krate.len()..];
        !before.is_alphanumeric() && before != '_' && after.starts_with("::")
    })
}

#[test]
fn the_platform_knows_no_feature_and_features_know_only_those_before_them() {
    let mut wrong = Vec::new();
    for (file, code) in sources() {
        let room = room_of(&file);
        let own = FEATURES.iter().position(|f| *f == room);
        if own.is_none() && !PLATFORM.contains(&room) {
            continue;
        }
        for (i, feature) in FEATURES.iter().enumerate() {
            let allowed = own.is_some_and(|own| i <= own);
            if !allowed && mentions(&code, &format!("crate::{feature}")) {
                wrong.push(format!("{file} knows {feature}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn libraries_stay_in_their_rooms() {
    let may_use = |krate: &str, file: &str| -> bool {
        let room = room_of(file);
        let name = file.rsplit('/').next().unwrap_or("");
        let in_folder = |part: &str| file.contains(&format!("/{part}/")) || name == format!("{part}.rs");
        match krate {
            "diesel" => {
                matches!(room, "db" | "settings" | "search" | "commands")
                    || in_folder("store")
                    || in_folder("model")
                    || in_folder("sql")
                    || file == "web/idempotency.rs"
                    || file == "web/viewer.rs"
            }
            "actix_web" | "actix_ws" | "actix_multipart" => {
                matches!(room, "web" | "app" | "routes" | "openapi" | "live")
                    || ["web", "api", "socket"].iter().any(|p| in_folder(p))
            }
            "lettre" => room == "mail" || file == "accounts/model.rs",
            "redis" => room == "live" || file == "web/limits.rs",
            _ => true,
        }
    };
    let mut wrong = Vec::new();
    for (file, code) in sources() {
        for krate in ["diesel", "actix_web", "actix_ws", "actix_multipart", "lettre", "redis"] {
            if mentions(&code, krate) && !may_use(krate, &file) {
                wrong.push(format!("{file} uses {krate}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_in_the_house_gives_up_or_looks_away() {
    let mut wrong = Vec::new();
    for (file, code) in sources() {
        for word in [".unwrap()", ".expect(\"", "todo!(", "unimplemented!(", "dbg!(", "#[allow(", "#![allow("] {
            if code.contains(word) {
                wrong.push(format!("{file}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// German with Sie is a language value of its own: whoever matches on `Lang::De` forgets it. `lang.pick(de, en)` does not.
#[test]
fn nobody_takes_german_for_du() {
    let mut wrong = Vec::new();
    for (file, code) in sources().into_iter().filter(|(f, _)| !f.starts_with("i18n/") && f != "web/pages.rs") {
        let compact: String = code.split_whitespace().collect();
        for bad in ["Lang::De=>", "Lang::De|", "Lang::De)=>", ",Lang::De)", "<Lang,", "<(Lang,"] {
            let matching = bad != ",Lang::De)" || compact.contains("matches!(") && compact.contains(bad);
            if matching && compact.contains(bad) {
                wrong.push(format!("{file}: {bad}"));
            }
        }
    }
    assert!(wrong.is_empty(), "use pick, or folder() as a key: {wrong:#?}");
}

#[test]
fn both_databases_have_the_same_migrations_each_with_a_way_back() {
    let names = |backend: &str| -> BTreeSet<String> {
        fs::read_dir(root().join("migrations").join(backend))
            .unwrap()
            .map(|e| {
                let path = e.unwrap().path();
                for file in ["up.sql", "down.sql"] {
                    assert!(path.join(file).is_file(), "{} lacks {file}", path.display());
                }
                path.file_name().unwrap().to_string_lossy().into_owned()
            })
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn every_letter_exists_in_both_languages_and_somebody_sends_it() {
    let code: String = sources().into_iter().map(|(_, c)| c).collect();
    for folder in kontor::mail::folders() {
        for lang in Lang::ALL {
            for part in ["subject.txt", "body.txt", "body.html"] {
                let file = root().join("email_templates").join(&folder).join(lang.code()).join(format!("{part}.hbs"));
                assert!(file.is_file(), "{} is missing", file.display());
            }
        }
        assert!(code.contains(&format!("\"{folder}\"")), "nobody sends the letter {folder}");
    }
}

#[test]
fn every_page_is_shown_by_somebody() {
    let code: String = sources().into_iter().map(|(_, c)| c).collect();
    let templates: String =
        files_below(&root().join("src"), ".hbs").iter().map(|p| fs::read_to_string(p).unwrap()).collect();
    let unused: Vec<String> = kontor::web::pages::template_names()
        .into_iter()
        .filter(|name| {
            let called = ["{{> ", "{{#> "].iter().any(|open| {
                templates
                    .match_indices(&format!("{open}{name}"))
                    .any(|(i, m)| templates[i + m.len()..].starts_with([' ', '}', '\n']))
            });
            !called && !code.contains(&format!("\"{name}\""))
        })
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_text_a_template_or_handler_names_exists() {
    let mut wanted: BTreeSet<(String, String)> = BTreeSet::new();
    for path in files_below(&root().join("src"), ".hbs") {
        let text = fs::read_to_string(&path).unwrap();
        for open in ["{{t \"", "(t \""] {
            for (i, m) in text.match_indices(open) {
                if let Some(key) = text[i + m.len()..].split('"').next() {
                    wanted.insert((key.to_owned(), path.display().to_string()));
                }
            }
        }
    }
    let known: BTreeSet<String> = i18n::keys(Lang::De).into_iter().collect();
    let missing: Vec<_> = wanted.into_iter().filter(|(key, _)| !known.contains(key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_route_of_the_api_is_in_the_openapi_document_and_the_other_way_round() {
    let routes = fs::read_to_string(root().join("src/routes.rs")).unwrap();
    let mut served = BTreeSet::new();
    // Beside the API proper, what programs of others call.
    let machines = ["/api/v1/", "/u/", "/feeds/", "/s2s/", "/healthz", "/readyz", "/metrics"];
    let called = |l: &&str| machines.iter().any(|m| l.starts_with(&format!("app.route(\"{m}")));
    for line in routes.lines().map(str::trim).filter(called) {
        let path = line.split('"').nth(1).unwrap();
        let method = line.split(", ").nth(1).and_then(|m| m.split('(').next()).unwrap();
        if path != "/api/v1/live" {
            served.insert(format!("{method} {}", plain(path)));
        }
    }
    use utoipa::OpenApi;
    let document = serde_json::to_value(kontor::openapi::Api::openapi()).unwrap();
    let mut written = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if ["get", "post", "put", "patch", "delete"].contains(&method.as_str()) && path != "/api/v1/live" {
                written.insert(format!("{method} {}", plain(path)));
            }
        }
    }
    let missing: Vec<_> = served.difference(&written).collect();
    let invented: Vec<_> = written.difference(&served).collect();
    assert!(missing.is_empty() && invented.is_empty(), "not documented: {missing:#?}\nnot served: {invented:#?}");
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}

/// A path with its parameters' names and patterns taken out.
fn plain(path: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for c in path.chars() {
        match c {
            '{' => {
                depth += 1;
                if depth == 1 {
                    out.push_str("{}");
                }
            }
            '}' => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[test]
fn the_readme_lists_every_variable_with_its_default() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for (name, default) in VARIABLES {
        let row = readme.lines().find(|l| l.starts_with(&format!("| `{name}`")));
        let row = row.unwrap_or_else(|| panic!("README lacks {name}"));
        assert!(row.contains(default), "README says something else than {default} for {name}: {row}");
    }
}
