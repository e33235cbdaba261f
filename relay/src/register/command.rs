//! What `relay register-…` and `relay change-staff` are told on the command line.

use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;
use yunzhen_domain::Role;
use yunzhen_domain::ids::{HomeId, PharmacyId};
use yunzhen_domain::policy::Policy;
use yunzhen_store::Store;

use super::{NewHome, NewPharmacy, NewStaff, RegisterError, StaffChange, home, pharmacy, staff};

/// Who is added or changed. May run beside the relay. Each prints the identifier of the record.
#[derive(Subcommand)]
pub enum Register {
    /// Adds a nursing home; the identifier that it prints is that of its box: `certs issue agent --home …`.
    RegisterHome {
        /// What it is called.
        #[arg(long)]
        name: String,
        /// Where parcels go.
        #[arg(long)]
        address: String,
        /// Telephone of the nurses' station.
        #[arg(long)]
        phone: String,
        /// The clock on its wall, an IANA name.
        #[arg(long, default_value = "Asia/Shanghai")]
        zone: String,
        /// Degrees north; with the longitude it is known which pharmacies are near.
        #[arg(long, requires = "longitude", allow_negative_numbers = true)]
        latitude: Option<f64>,
        /// Degrees east.
        #[arg(long, requires = "latitude", allow_negative_numbers = true)]
        longitude: Option<f64>,
        /// The pharmacy that it asks first.
        #[arg(long)]
        pharmacy: Option<PharmacyId>,
    },
    /// Adds an account: a nurse, specialist, pharmacist, administrator, or one more member of a pharmacy.
    RegisterStaff {
        /// As what: nurse, specialist, pharmacist, pharmacy or administrator.
        #[arg(long, value_parser = account_role)]
        role: Role,
        /// The name to sign in with.
        #[arg(long)]
        username: String,
        /// The real name.
        #[arg(long)]
        person: String,
        /// Professional title.
        #[arg(long)]
        title: Option<String>,
        /// The home of a nurse.
        #[arg(long)]
        home: Option<HomeId>,
        /// The pharmacy of its member.
        #[arg(long)]
        pharmacy: Option<PharmacyId>,
        /// The hospital of a specialist or pharmacist.
        #[arg(long)]
        hospital: Option<String>,
        /// Number of the licence to practise; a specialist's has 15 digits.
        #[arg(long)]
        licence: Option<String>,
        /// Since when a specialist practises, such as 2012-07-01: seeing residents remotely needs three years.
        #[arg(long)]
        practising_since: Option<Date>,
        /// For scripts, the person's own password; better in the environment than in the shell's history. Left out, the relay makes one and prints it.
        #[arg(long, env = "YUNZHEN_STAFF_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
    /// Changes an account: what is not said stays.
    ChangeStaff {
        /// Whose.
        #[arg(long)]
        username: String,
        /// Professional title.
        #[arg(long)]
        title: Option<String>,
        /// The hospital of a specialist or pharmacist.
        #[arg(long)]
        hospital: Option<String>,
        /// Number of the licence to practise.
        #[arg(long)]
        licence: Option<String>,
        /// Since when a specialist practises.
        #[arg(long)]
        practising_since: Option<Date>,
        /// Whether the person may sign in: false for who has left.
        #[arg(long)]
        active: Option<bool>,
        /// For scripts, another password of the person's own.
        #[arg(long, env = "YUNZHEN_NEW_PASSWORD", hide_env_values = true)]
        new_password: Option<String>,
        /// The relay makes another first password and prints it: good for a while, and only for setting an own one.
        #[arg(long)]
        reset_password: bool,
    },
    /// Adds a pharmacy and the account of its first member; its place and hours are the administrator's to set.
    RegisterPharmacy {
        /// What it is called.
        #[arg(long)]
        name: String,
        /// Where it is, as people read it.
        #[arg(long)]
        address: String,
        /// Its telephone.
        #[arg(long)]
        phone: String,
        /// The user name of its first member.
        #[arg(long)]
        username: String,
        /// The name of that person.
        #[arg(long)]
        person: String,
        /// For scripts, that person's own password; better in the environment than in the shell's history. Left out, the relay makes one and prints it.
        #[arg(long, env = "YUNZHEN_PHARMACY_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
}

fn account_role(typed: &str) -> Result<Role, String> {
    let accounts = || Role::ALL.into_iter().filter(|role| role.has_account());
    let names = || accounts().map(Role::as_str).collect::<Vec<_>>().join(", ");
    accounts().find(|role| role.as_str() == typed).ok_or_else(|| format!("one of: {}", names()))
}

impl Register {
    /// Does it, and says the identifier, and below it the first password where the relay made one.
    ///
    /// # Errors
    /// One sentence; nothing was stored.
    pub async fn run(self, store: &Store, policy: &Policy, now: Timestamp) -> Result<String, RegisterError> {
        match self {
            Self::RegisterHome { name, address, phone, zone, latitude, longitude, pharmacy } => {
                let (place, preferred_pharmacy_id) = (latitude.zip(longitude), pharmacy);
                let new = NewHome { name, address, phone, zone, place, preferred_pharmacy_id };
                Ok(home::register(store, &new, now).await?.to_string())
            }
            Self::RegisterStaff {
                role,
                username,
                person,
                title,
                home,
                pharmacy,
                hospital,
                licence,
                practising_since,
                password,
            } => {
                let (home_id, pharmacy_id) = (home, pharmacy);
                let new = NewStaff {
                    role,
                    username,
                    person,
                    title,
                    home_id,
                    pharmacy_id,
                    hospital,
                    licence,
                    practising_since,
                };
                Ok(staff::register(store, &new, password.as_deref(), policy, now).await?.to_string())
            }
            Self::ChangeStaff {
                username,
                title,
                hospital,
                licence,
                practising_since,
                active,
                new_password,
                reset_password,
            } => {
                let password = new_password;
                let change = StaffChange {
                    username,
                    title,
                    hospital,
                    licence,
                    practising_since,
                    active,
                    password,
                    reset_password,
                };
                Ok(staff::change(store, &change, policy, now).await?.to_string())
            }
            Self::RegisterPharmacy { name, address, phone, username, person, password } => {
                let new = NewPharmacy { name, address, phone, username, person };
                Ok(pharmacy::register(store, &new, password.as_deref(), policy, now).await?.to_string())
            }
        }
    }
}
