//! Accounts: getting in.

use crate::support::Server;
use kontor::accounts::actions::setup_link;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_comes_in_by_the_printed_link_once() {
    let server = Server::start().await;
    let link = setup_link(server.house()).await.unwrap().unwrap();
    let path = link.split_once("/setup/").map(|(_, t)| format!("/setup/{t}")).unwrap();
    let ruth = server.visitor();
    ruth.get(&path).await.expect(200);
    let fields = [("email", "ruth@example.org"), ("name", "Ruth Okafor"), ("password", "short")];
    let again = ruth.form(&path, &fields).await.expect(422);
    assert!(again.text.contains("value=\"ruth@example.org\""), "what was typed is still there");
    let fields = [("email", "ruth@example.org"), ("name", "Ruth Okafor"), ("password", "a long enough one")];
    ruth.form(&path, &fields).await.expect(303);
    server.visitor().get(&path).await.expect(404);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_without_the_token_of_the_session_is_refused() {
    let server = Server::start().await;
    let lena = server.member("Lena Brandt").await;
    lena.clone().without_csrf().form("/logout", &[]).await.expect(403);
    lena.clone().with_header("sec-fetch-site", "cross-site").form("/logout", &[]).await.expect(403);
    lena.form("/logout", &[]).await.expect(303);
    server.stop().await;
}
