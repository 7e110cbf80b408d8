//! `penny tenant create`: prints the tenant's id.

use super::{Session, failure::in_words, start_log, write};
use anyhow::{Context, Result};
use penny_core::{ctx::Ctx, identity::NewUser, tenants::NewTenant, themes::NewTheme};
use penny_types::{Locale, people::Role};
use secrecy::SecretString;
use std::path::PathBuf;

/// What to do with companies.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Makes a company with users and a look of its own, and prints its id.
    Create(Box<Create>),
}

/// The company to make.
#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// Its short name: lower-case letters, digits, hyphens.
    #[arg(long)]
    slug: String,
    /// Its name.
    #[arg(long)]
    name: String,
    /// A host name it claims. May be given several times.
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// Its language: en or es.
    #[arg(long, default_value = "en")]
    locale: Locale,
    /// The IANA name of its time zone.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// The ISO 4217 code of its currency.
    #[arg(long, default_value = "EUR")]
    currency: String,
    /// What it calls the product.
    #[arg(long)]
    product_name: Option<String>,
    /// Its colour, as #rrggbb.
    #[arg(long)]
    accent: Option<String>,
    /// Its logo: an SVG or PNG file.
    #[arg(long, value_name = "FILE")]
    logo: Option<PathBuf>,
    /// Its font family list.
    #[arg(long)]
    font_family: Option<String>,
    /// Its corner radius in pixels.
    #[arg(long)]
    radius: Option<u8>,
    /// Its first administrator's e-mail address.
    #[arg(long, value_name = "EMAIL")]
    admin: Option<String>,
    /// A file with the administrator's password; without one they come in by link.
    #[arg(long, value_name = "FILE", requires = "admin")]
    admin_password_file: Option<PathBuf>,
    /// Whether it gets the demo company's data.
    #[arg(long)]
    demo: bool,
}

pub(super) async fn run(session: Session, command: Command) -> Result<()> {
    let config = session.config()?;
    let _log = start_log(&session, &config, false)?;
    let Command::Create(args) = command;
    let state = session.open().await?;
    let (admin, password, with_demo) = (args.admin.clone(), read_password(&args)?, args.demo);
    let made = state.services.tenants.create(&state.world, tenant(*args)?).await;
    let id = made.map_err(in_words(session.locale))?;
    let mut ctx = Ctx::system(id, state.world.clone());
    ctx.locale = session.locale;
    if let Some(email) = admin {
        let user = NewUser { email, name: None, password, role: Role::Admin };
        let made = state.services.identity.create_user(&ctx, user).await;
        made.map_err(in_words(session.locale))?;
    }
    if with_demo {
        crate::boot::install_demo(&state, &ctx).await?;
    }
    write(&format!("{id}\n"));
    Ok(state.foundation.db.close().await?)
}

fn read_password(args: &Create) -> Result<Option<SecretString>> {
    let Some(file) = &args.admin_password_file else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(Some(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned())))
}

fn tenant(args: Create) -> Result<NewTenant> {
    let logo = match &args.logo {
        Some(file) => {
            Some(std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?)
        }
        None => None,
    };
    let theme = NewTheme {
        product_name: args.product_name,
        accent: args.accent,
        on_accent: None,
        font_family: args.font_family,
        radius_px: args.radius,
        logo,
    };
    Ok(NewTenant {
        slug: args.slug,
        name: args.name,
        hosts: args.hosts,
        is_default: false,
        locale: args.locale,
        time_zone: args.time_zone,
        currency: args.currency,
        theme: (theme != NewTheme::default()).then_some(theme),
    })
}
