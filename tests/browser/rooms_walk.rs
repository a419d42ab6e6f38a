//! Two people in one room, one of them on a phone, do what members do there: in both languages, without anything jumping.

use crate::house::{Client, Server};
use crate::support::{Browser, Look, NARROW, WIDE, all_well};
use kontor::i18n::Lang;
use kontor::web::viewer::Role;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn two_members_do_everything_a_room_offers_in_german() {
    walk(Lang::De).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_members_do_everything_a_room_offers_in_english() {
    walk(Lang::En).await;
}

/// Most layout shift while messages arrive.
const SHIFT: f64 = 0.02;

impl Browser {
    async fn says(&self, text: &str) {
        self.see(".chat-form textarea").await.send_keys(text).await.unwrap();
        self.click(".chat-form button[type=submit]").await;
    }

    async fn hears(&self, text: &str) {
        self.until(&format!("{}?.dataset.m", line(text))).await;
    }

    /// Opens the menu of the line with that text, by keyboard: what a pointer can do a key can.
    async fn menu_of(&self, text: &str) {
        self.run(&format!("{}.focus()", line(text)), vec![]).await;
        self.key("Enter").await;
        self.see("#line-menu:popover-open").await;
    }

    async fn key(&self, key: &str) {
        let down = json!({ "type": "keyDown", "key": key, "code": key, "text": if key == "Enter" { "\r" } else { "" },
                           "windowsVirtualKeyCode": match key { "Enter" => 13, "Escape" => 27, "ArrowUp" => 38, _ => 0 } });
        self.devtools("Input.dispatchKeyEvent", down).await;
        self.devtools("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key, "code": key })).await;
    }

    async fn watch_shift(&self) {
        let body = "window.shifted = 0; window.shifts = [];
            new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) { window.shifted += e.value;
              window.shifts.push(e.value.toFixed(4) + ' ' + e.sources.map((s) => s.node?.className ?? s.node?.nodeName).join(',')); } })
              .observe({ type: 'layout-shift' });";
        self.run(body, vec![]).await;
    }

    async fn shifted(&self) -> (f64, Value) {
        // Two frames, so that the last shift is counted.
        let body = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done([window.shifted, window.shifts])));";
        let found = self.driver.execute_async(body, vec![]).await.unwrap().json().clone();
        (found[0].as_f64().unwrap_or(f64::MAX), found[1].clone())
    }
}

/// An expression for the line of the log with that text.
fn line(text: &str) -> String {
    format!(
        "[...document.querySelectorAll('[data-lines] .line')].find((l) => l.querySelector('.line-body').innerText.includes({}))",
        json!(text)
    )
}

async fn room_of(who: &Client, slug: &str) -> i64 {
    let rooms = who.get("/api/v1/rooms").await.expect(200).json();
    rooms["items"].as_array().unwrap().iter().find(|r| r["slug"] == slug).unwrap()["id"].as_i64().unwrap()
}

async fn walk(lang: Lang) {
    let server = Server::start_with(&[("KONTOR_RATE_LIMITS", "off")]).await;
    let ada = server.db_member("Ada Brandt", Role::Moderator, 0, lang).await;
    let ben = server.db_member("Ben Okoro", Role::Member, 0, lang).await;
    let room = room_of(&ada, "foyer").await;
    for who in [&ada, &ben] {
        assert!(who.put(&format!("/api/v1/rooms/{room}/members/me"), json!({})).await.status.is_success());
    }
    let desk = Browser::of(&server, &ada, "walk-desk", lang).await;
    let phone = Browser::of(&server, &ben, "walk-phone", lang).await;
    desk.wear(Look { width: WIDE, dark: false }).await;
    phone.wear(Look { width: NARROW, dark: true }).await;
    for page in [&desk, &phone] {
        page.goto("/rooms/foyer").await;
        page.see(".conn[data-state='live']").await;
        page.watch_shift().await;
    }

    // Talking, and nothing jumps while messages arrive: in an empty room, and in one that overflows.
    desk.says("Guten Morgen").await;
    phone.hears("Guten Morgen").await;
    for n in 0..24 {
        let body = json!({ "cid": format!("c{n}"), "body": format!("Nachricht {n}\n\nmit zwei Absätzen") });
        let who = if n % 3 == 0 { &ben } else { &ada };
        who.post(&format!("/api/v1/rooms/{room}/messages"), body).await.expect(201);
    }
    for page in [&desk, &phone] {
        page.hears("Nachricht 23").await;
        let (sum, what) = page.shifted().await;
        assert!(sum <= SHIFT, "{}: layout shifted by {sum}: {what}", page.name);
        page.until("(() => { const l = document.querySelector('.log'); return l.scrollHeight - l.scrollTop - l.clientHeight < 60 })()").await;
    }

    // Answering with a quote, reacting, and changing the last line with the arrow key.
    phone.menu_of("Guten Morgen").await;
    phone.click("#line-menu [data-act=reply]").await;
    phone.says("Moin Ada").await;
    desk.hears("Moin Ada").await;
    desk.until(&format!("{}.querySelector('.line-quote').innerText.includes('Guten Morgen')", line("Moin Ada"))).await;
    desk.run(&format!("{}.focus()", line("Moin Ada")), vec![]).await;
    desk.key("+").await;
    desk.click(&format!("#line-menu [aria-label='{}']", desk.word("rooms-sign-thumb"))).await;
    phone.until(&format!("{}.querySelector('.reactions span:last-child').textContent === '1'", line("Moin Ada"))).await;
    desk.see(".chat-form textarea").await.send_keys("Tippfehlr").await.unwrap();
    desk.click(".chat-form button[type=submit]").await;
    phone.hears("Tippfehlr").await;
    desk.run("document.querySelector('.chat-form textarea').focus()", vec![]).await;
    desk.key("ArrowUp").await;
    desk.see(".chat-form[data-editing]").await;
    desk.run("document.querySelector('.chat-form textarea').value = 'Tippfehler'", vec![]).await;
    desk.key("Enter").await;
    phone.until(&format!("{}?.querySelector('.line-edited')", line("Tippfehler"))).await;

    // A thread beside the room.
    phone.menu_of("Guten Morgen").await;
    phone.click("#line-menu [data-act=thread]").await;
    phone.see(".thread-sheet[open] textarea").await.send_keys("Unter uns").await.unwrap();
    phone.click(".thread-sheet button[type=submit]").await;
    phone
        .until("document.querySelector('.thread-sheet .line[data-m]:last-child')?.innerText.includes('Unter uns')")
        .await;
    all_well(&phone.inspect("thread").await);
    phone.key("Escape").await;
    desk.until(&format!("{}.querySelector('.line-thread')", line("Guten Morgen"))).await;
    assert!(
        !desk.run(&format!("return Boolean({})", line("Unter uns")), vec![]).await.as_bool().unwrap(),
        "a thread stays in its thread"
    );

    // A poll: asked here, answered there, counted in both.
    desk.click(".chat-more summary").await;
    desk.see("[data-poll-form] [name=body]").await.send_keys("Wann?").await.unwrap();
    for (n, answer) in [(1, "Montag"), (2, "Dienstag")] {
        let css = format!("[data-poll-form] [name=option]:nth-of-type({n})");
        desk.see(&css).await.send_keys(answer).await.unwrap();
    }
    desk.click("[data-poll-form] button[type=submit]").await;
    phone.until("document.querySelector('.poll')").await;
    phone.run("document.querySelector('.poll [name=option]').click()", vec![]).await;
    for page in [&desk, &phone] {
        page.until("document.querySelector('.poll [data-poll-count]').textContent === '1'").await;
    }

    // Pinning, saving, reminding, mentioning.
    desk.menu_of("Moin Ada").await;
    desk.click("#line-menu [data-act=pin]").await;
    desk.until(&format!("{}.hasAttribute('data-pinned')", line("Moin Ada"))).await;
    desk.menu_of("Moin Ada").await;
    all_well(&desk.inspect("menu").await);
    desk.click("#line-menu [data-act=save]").await;
    desk.until(&format!("{}.hasAttribute('data-saved')", line("Moin Ada"))).await;
    desk.menu_of("Moin Ada").await;
    desk.click("#line-menu [data-act=remind-60]").await;
    desk.read(&desk.word("rooms-say-reminded")).await;
    phone.goto("/rooms").await;
    desk.see(".chat-form textarea").await.send_keys("Schau mal @ben").await.unwrap();
    desk.see(".mention-list:not([hidden]) [aria-selected=true]").await;
    desk.key("Enter").await;
    desk.until("document.querySelector('.chat-form textarea').value === 'Schau mal @Ben Okoro '").await;
    desk.key("Enter").await;
    phone
        .until("document.querySelector('[data-bell] .badge')?.textContent === '1' && document.title.startsWith('(1)')")
        .await;
    phone.goto("/rooms/foyer").await;
    phone.see("[data-unread-line]").await;
    phone.hears("Schau mal @Ben Okoro").await;
    // What was said before he spoke is read, however soon he left.
    phone.until(&format!("document.querySelector('[data-unread-line]').compareDocumentPosition({}) & Node.DOCUMENT_POSITION_PRECEDING", line("Moin Ada"))).await;
    phone.run("document.querySelector('.log').scrollTop = 1e6", vec![]).await;
    phone.until("!document.querySelector('[data-bell] .badge') && !document.title.startsWith('(')").await;

    // Somebody who reads above is told below, and Esc reads all.
    phone.run("document.querySelector('.log').scrollTop = 0", vec![]).await;
    desk.says("Ganz unten").await;
    phone.see(".jump").await;
    all_well(&phone.inspect("jump").await);
    phone.click(".jump").await;
    phone.until("document.querySelector('.jump').hidden").await;

    // A draft survives a reload and follows to the phone; keys reach everything.
    desk.see(".chat-form textarea").await.send_keys("Angefangen").await.unwrap();
    desk.driver.refresh().await.unwrap();
    desk.until("document.querySelector('.chat-form textarea').value === 'Angefangen'").await;
    let draft = format!("/api/v1/rooms/{room}/draft");
    let began = std::time::Instant::now();
    while ada.get(&draft).await.expect(200).json()["body"] != "Angefangen" {
        assert!(began.elapsed().as_secs() < 15, "the draft never reached the house");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    desk.run("document.activeElement.blur(); document.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }))", vec![]).await;
    desk.see("#palette[open] input").await.send_keys("ben ok").await.unwrap();
    desk.until(
        "[...document.querySelectorAll('#palette [role=option]')].some((o) => o.innerText.includes('Ben Okoro'))",
    )
    .await;
    desk.key("Escape").await;
    desk.run("document.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true }))", vec![]).await;
    desk.see("#shortcuts[open]").await;
    desk.read(&desk.word("rooms-key-edit-last")).await;
    desk.key("Escape").await;

    // Taking back.
    desk.menu_of("Tippfehler").await;
    desk.click("#line-menu [data-act=delete]").await;
    desk.click("#question [data-yes]").await;
    for page in [&desk, &phone] {
        page.until(&format!("!{}", line("Tippfehler"))).await;
    }

    // A room that is frozen says so at once, keeps what somebody was writing, and opens again.
    let shown = |css: &str, yes: bool| {
        format!("(document.querySelector({}).getClientRects().length > 0) === {yes}", json!(css))
    };
    phone.see(".chat-form textarea").await.send_keys("Halb").await.unwrap();
    let order = format!("/api/v1/rooms/{room}/order");
    ada.patch(&order, json!({ "read_only": true })).await.expect(200);
    phone.until(&shown(".chat-form textarea", false)).await;
    phone.read(&phone.word("error-read_only")).await;
    all_well(&phone.inspect("frozen").await);
    desk.until(&shown(".chat-form textarea", true)).await;
    phone.goto("/rooms/foyer").await;
    phone.until(&shown(".chat-form textarea", false)).await;
    phone.see(".conn[data-state='live']").await;
    ada.patch(&order, json!({ "read_only": false })).await.expect(200);
    phone.until(&shown(".chat-form textarea", true)).await;
    phone.until("document.querySelector('.chat-form textarea').value === 'Halb'").await;

    phone.click(".rail-button").await;
    phone.see("#room-rail:popover-open [data-member]").await;
    all_well(&phone.inspect("rail").await);
    phone.key("Escape").await;
    for dark in [false, true] {
        desk.wear(Look { width: WIDE, dark }).await;
        all_well(&desk.inspect(if dark { "room-dark" } else { "room-light" }).await);
        phone.wear(Look { width: NARROW, dark }).await;
        all_well(&phone.inspect(if dark { "room-dark" } else { "room-light" }).await);
    }
    for page in [&desk, &phone] {
        all_well(&page.complaints("").await);
    }
    desk.quit().await;
    phone.quit().await;
    server.stop().await;
}
