//! A nursing home. Its box is let in by the certificate that `certs issue agent --home` makes for the identifier.

use jiff::Timestamp;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::text;
use yunzhen_domain::ids::{HomeId, PharmacyId};
use yunzhen_domain::offers::Place;
use yunzhen_domain::records::Home;
use yunzhen_domain::schedule::Zone;
use yunzhen_runtime::clock::random_bytes;
use yunzhen_store::{Store, homes, pharmacies};

use super::{RegisterError, checked, commit, line};

/// A home.
#[derive(Debug, Clone)]
pub struct NewHome {
    /// Name.
    pub name: String,
    /// Where parcels go.
    pub address: String,
    /// The nurses' station.
    pub phone: String,
    /// The clock on its wall, as an IANA name.
    pub zone: String,
    /// Latitude and longitude in degrees.
    pub place: Option<(f64, f64)>,
    /// Whom it asks first.
    pub preferred_pharmacy_id: Option<PharmacyId>,
}

/// Registers it.
///
/// # Errors
/// When something is missing or there is no such pharmacy, or the store cannot be written.
pub async fn register(store: &Store, new: &NewHome, now: Timestamp) -> Result<HomeId, RegisterError> {
    let wrong = |what, why: String| RegisterError::Text { what, why };
    let place = new.place.map(|(latitude, longitude)| Place::from_degrees(latitude, longitude)).transpose();
    let home = Home {
        id: HomeId::new(now, random_bytes()),
        version: 1,
        name: line("name", &new.name, 60)?,
        address: line("address", &new.address, 200)?,
        phone: checked("phone", text::phone(&new.phone))?,
        zone: Zone::parse(&new.zone).map_err(|e| wrong("zone", e.to_string()))?,
        place: place.map_err(|e| wrong("place", e.to_string()))?,
        preferred_pharmacy_id: new.preferred_pharmacy_id,
    };
    let mut tx = store.write().await?;
    if let Some(id) = home.preferred_pharmacy_id
        && pharmacies::get(&mut tx, id).await?.is_none()
    {
        return Err(RegisterError::Unknown { what: "pharmacy" });
    }
    homes::insert(&mut tx, &home).await?;
    commit(tx, EventKind::HomeRegistered, home.id.uuid(), (Some(home.id), None), now).await?;
    Ok(home.id)
}
