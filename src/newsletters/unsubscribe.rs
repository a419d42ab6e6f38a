//! The way out that needs no login.

use super::keys::Key;
use super::store;
use crate::error::{Error, Result};
use crate::house::House;
use crate::web::viewer::MemberId;

/// Whose token it is.
///
/// # Errors
/// [`Error::NotFound`] when it is not one of ours.
pub async fn member_of(house: &House, token: String) -> Result<MemberId> {
    house.db.read(move |c| Key::find(c)?.and_then(|key| key.member_of(&token)).ok_or(Error::NotFound)).await
}

/// Withdraws the consent at once, also for mails that wait already. A repeat changes nothing; a person who is gone
/// gets no mail anyway, so their token is as good as any.
///
/// # Errors
/// [`Error::NotFound`] when the token is not one of ours.
pub async fn withdraw(house: &House, token: String, ip: String, agent: String) -> Result<()> {
    let member = member_of(house, token).await?;
    house.db.write(move |tx| store::withdraw_consent(tx, member, (&ip, &agent)).map(|_| ())).await
}
