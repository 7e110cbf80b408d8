//! `penny tenant create`: creates a tenant and prints its id.

use super::{CliContext, error::to_user_error, start_log, write_stdout};
use anyhow::{Context, Result};
use penny_core::{identity::NewUser, tenants::NewTenant, themes::NewTheme};
use penny_kernel::ctx::{Ctx, Transport};
use penny_types::{Locale, people::Role};
use secrecy::SecretString;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(super) enum TenantCommand {
    /// Create a tenant with its theme and first administrator, and print its id.
    Create(Box<CreateTenantArgs>),
}

#[derive(Debug, clap::Args)]
pub(super) struct CreateTenantArgs {
    /// The slug: lower-case letters, digits, hyphens.
    #[arg(long)]
    slug: String,
    /// The company name.
    #[arg(long)]
    name: String,
    /// A host name of the tenant. May be repeated.
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// The default language: en or es.
    #[arg(long, default_value = "en")]
    locale: Locale,
    /// The IANA time zone.
    #[arg(long, default_value = "UTC")]
    time_zone: String,
    /// The ISO 4217 currency code.
    #[arg(long, default_value = "EUR")]
    currency: String,
    /// The product name shown instead of PENNY.
    #[arg(long)]
    product_name: Option<String>,
    /// The accent colour, as #rrggbb.
    #[arg(long)]
    accent: Option<String>,
    /// The logo: an SVG or PNG file.
    #[arg(long, value_name = "FILE")]
    logo: Option<PathBuf>,
    /// The CSS font family list.
    #[arg(long)]
    font_family: Option<String>,
    /// The corner radius in pixels.
    #[arg(long)]
    radius: Option<u8>,
    /// The first administrator's e-mail address.
    #[arg(long, value_name = "EMAIL")]
    admin: Option<String>,
    /// A file with the administrator's password. Default: no password; sign-in by one-time link.
    #[arg(long, value_name = "FILE", requires = "admin")]
    admin_password_file: Option<PathBuf>,
    /// Install the demo company's data.
    #[arg(long)]
    demo: bool,
}

pub(super) async fn run(context: CliContext, command: TenantCommand) -> Result<()> {
    let config = context.config()?;
    let _log = start_log(&context, &config, false)?;
    let TenantCommand::Create(args) = command;
    let state = context.open().await?;
    let (admin, password, has_demo) = (args.admin.clone(), read_password(&args)?, args.demo);
    let id = state.services.tenants.create(&state.system, new_tenant(*args)?).await;
    let id = id.map_err(to_user_error(context.locale))?;
    let ctx = Ctx::system(id, state.system.clone(), crate::boot::OPERATOR_ACTIONS)
        .with_transport(Transport::Cli)
        .with_locale(context.locale);
    if let Some(email) = admin {
        let user = NewUser { email, name: None, password, role: Role::Admin };
        let created = state.services.identity.create_user(&ctx, user).await;
        created.map_err(to_user_error(context.locale))?;
    }
    if has_demo {
        crate::boot::install_demo(&state, &ctx).await?;
    }
    write_stdout(&format!("{id}\n"));
    Ok(state.kernel.db.close().await?)
}

fn read_password(args: &CreateTenantArgs) -> Result<Option<SecretString>> {
    let Some(file) = &args.admin_password_file else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(Some(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned())))
}

fn new_tenant(args: CreateTenantArgs) -> Result<NewTenant> {
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
