//! The design system: components that depend on no feature. Their styles are in `style/ui.css`.
//!
//! Texts are `TextProp`s, so that they follow the current language: pass [`crate::state::tr`].

mod button;
pub mod clipboard;
mod dialog;
pub mod dom;
mod field;
mod icon;
mod icons;
mod lazy_view;
mod menu;
mod page_title;
mod primitives;
mod splitter;
mod tabs;

pub use button::{Button, ButtonVariant, IconButton};
pub use dialog::Dialog;
pub use field::TextField;
pub use icon::Icon;
pub use icons::Glyph;
pub use lazy_view::{lazy_view, lazy_view_with};
pub use menu::{Menu, MenuItem};
pub use page_title::{CurrentPageTitle, PageTitle};
pub use primitives::{Badge, BadgeTone, EmptyState, FaultNotice, Kbd, LiveRegion, Skeleton, VisuallyHidden};
pub use splitter::{PaneSide, Splitter};
pub use tabs::{Tab, Tabs};
