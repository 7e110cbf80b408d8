//! Integration tests of KPIs and dashboards on the demo company, compared with an independent computation.

#[cfg(test)]
mod dashboards;
#[cfg(test)]
mod demo_company;
#[cfg(test)]
mod kpi_values;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tools;
