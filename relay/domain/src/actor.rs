//! Who acts: staff with an account, people with a link, a box, or the system itself.

use crate::ids::{ConsultationId, CourierRunId, HomeId, InvitationId, PharmacyId, PharmacySystemId, StaffId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A row of the access table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Cares for the residents of one home.
    Nurse,
    /// Consults and prescribes.
    Specialist,
    /// Reviews prescriptions.
    Pharmacist,
    /// Dispenses for one pharmacy.
    Pharmacy,
    /// Carries the parcels of one run, known by a link and a PIN.
    Courier,
    /// Watches one consultation, known by a link.
    Observer,
    /// Runs the installation; sees no clinical record.
    Administrator,
    /// The box of one home.
    Box,
    /// Scheduled work of the relay itself.
    System,
    /// A pharmacy's own system, known by its credential; a person at the counter answers for what it sends.
    PharmacySystem,
}

impl Role {
    /// Every role, in table order.
    pub const ALL: [Self; 10] = [
        Self::Nurse,
        Self::Specialist,
        Self::Pharmacist,
        Self::Pharmacy,
        Self::Courier,
        Self::Observer,
        Self::Administrator,
        Self::Box,
        Self::System,
        Self::PharmacySystem,
    ];

    /// Roles that sign in with a user name and a password.
    pub const fn has_account(self) -> bool {
        matches!(self, Self::Nurse | Self::Specialist | Self::Pharmacist | Self::Pharmacy | Self::Administrator)
    }

    /// Roles that sign documents, with a key and a licence of their own.
    pub const fn signs(self) -> bool {
        matches!(self, Self::Specialist | Self::Pharmacist)
    }

    /// Acts for one pharmacy: its member at the page, or its own system.
    pub const fn is_of_pharmacy(self) -> bool {
        matches!(self, Self::Pharmacy | Self::PharmacySystem)
    }

    /// The name used in the store, in JSON and in certificates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nurse => "nurse",
            Self::Specialist => "specialist",
            Self::Pharmacist => "pharmacist",
            Self::Pharmacy => "pharmacy",
            Self::Courier => "courier",
            Self::Observer => "observer",
            Self::Administrator => "administrator",
            Self::Box => "box",
            Self::System => "system",
            Self::PharmacySystem => "pharmacy_system",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;
    fn from_str(s: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|r| r.as_str() == s).ok_or_else(|| UnknownRole(s.to_owned()))
    }
}

/// A role name that the table does not have.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown role `{0}`")]
pub struct UnknownRole(pub String);

/// The authenticated party on whose behalf a use case runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Actor {
    /// Signed in with an account.
    Staff {
        /// Who.
        staff_id: StaffId,
        /// An account role.
        role: Role,
        /// A nurse's home.
        home_id: Option<HomeId>,
        /// A pharmacy member's pharmacy.
        pharmacy_id: Option<PharmacyId>,
    },
    /// Opened a courier link with its PIN.
    Courier {
        /// The one run; its parcels are the courier's.
        run_id: CourierRunId,
    },
    /// Opened an invitation link.
    Observer {
        /// The one consultation.
        consultation_id: ConsultationId,
        /// Through which invitation.
        invitation_id: InvitationId,
        /// Somebody of the consultation let this guest in; who waits reaches nothing.
        admitted: bool,
    },
    /// A box speaking for itself.
    Box {
        /// Its home.
        home_id: HomeId,
    },
    /// Scheduled work.
    System,
    /// A pharmacy's own system.
    PharmacySystem {
        /// Which credential.
        system_id: PharmacySystemId,
        /// The one pharmacy.
        pharmacy_id: PharmacyId,
    },
}

impl Actor {
    /// The row of the access table.
    pub const fn role(&self) -> Role {
        match self {
            Self::Staff { role, .. } => *role,
            Self::Courier { .. } => Role::Courier,
            Self::Observer { .. } => Role::Observer,
            Self::Box { .. } => Role::Box,
            Self::System => Role::System,
            Self::PharmacySystem { .. } => Role::PharmacySystem,
        }
    }

    /// The signed-in member of staff, if it is one.
    pub const fn staff_id(&self) -> Option<StaffId> {
        match self {
            Self::Staff { staff_id, .. } => Some(*staff_id),
            _ => None,
        }
    }

    /// The home that bounds this actor, if any.
    pub const fn home_id(&self) -> Option<HomeId> {
        match self {
            Self::Staff { home_id, .. } => *home_id,
            Self::Box { home_id } => Some(*home_id),
            _ => None,
        }
    }

    /// The pharmacy that bounds this actor, if any.
    pub const fn pharmacy_id(&self) -> Option<PharmacyId> {
        match self {
            Self::Staff { pharmacy_id, .. } => *pharmacy_id,
            Self::PharmacySystem { pharmacy_id, .. } => Some(*pharmacy_id),
            _ => None,
        }
    }

    /// Names the actor in the audit log and as owner of idempotency keys: role and the identifier that tells it apart.
    pub const fn reference(&self) -> ActorRef {
        let id = match self {
            Self::Staff { staff_id, .. } => Some(staff_id.uuid()),
            Self::Courier { run_id } => Some(run_id.uuid()),
            Self::Observer { invitation_id, .. } => Some(invitation_id.uuid()),
            Self::Box { home_id } => Some(home_id.uuid()),
            Self::System => None,
            Self::PharmacySystem { system_id, .. } => Some(system_id.uuid()),
        };
        ActorRef { role: self.role(), id }
    }
}

/// An actor as an audit row names it: no name, only role and identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct ActorRef {
    /// In which role.
    pub role: Role,
    /// Staff, courier run, invitation, home or a pharmacy's system, by role; absent for the relay itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub id: Option<Uuid>,
}

impl std::fmt::Display for ActorRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.id {
            Some(id) => write!(f, "{}:{id}", self.role.as_str()),
            None => f.write_str(self.role.as_str()),
        }
    }
}
