//! The pages of the features that routes lead to, in one place.

pub use crate::features::{
    artifacts::{ArtifactPage, ArtifactPanel},
    chat::ChatPage,
    dashboards::DashboardPage,
};
