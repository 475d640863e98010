# Composites of dependent effects: Rscript tests/oracle/r/composites.R (from the project's root).
suppressPackageStartupMessages(library(metafor))
source("tests/oracle/r/write_case.R")

dat <- list(
  study = c("b", "a", "b", "c", "a", "a", "d", "b"),
  yi = c(0.31, -0.12, 0.45, 0.08, 0.22, 0.05, 0.61, 0.18),
  vi = c(0.021, 0.034, 0.052, 0.011, 0.040, 0.027, 0.090, 0.019)
)
by_rho <- function(rho) case(
  paste0("composite-rho-", rho),
  paste0("{d <- escalc(measure='GEN', yi=yi, vi=vi, data=as.data.frame(dat)); ",
         "a <- aggregate(d, cluster=study, rho=", rho, ", weighted=FALSE); ",
         "list(study=a$study, yi=as.numeric(a$yi), vi=as.numeric(a$vi))}"),
  list(dat = dat), 1e-10, list(rho = rho)
)
with_v <- case(
  "composite-vcalc-0.6",
  paste0("{d <- escalc(measure='GEN', yi=yi, vi=vi, data=as.data.frame(dat)); ",
         "V <- vcalc(vi, cluster=study, obs=seq_along(yi), rho=0.6, data=d); ",
         "a <- aggregate(d, cluster=study, V=V, weighted=FALSE); ",
         "list(study=a$study, yi=as.numeric(a$yi), vi=as.numeric(a$vi))}"),
  list(dat = dat), 1e-10, list(rho = 0.6)
)
write_cases(c(by_rho(0), by_rho(0.6), by_rho(0.8), with_v), "tests/oracle/r/composites.json")
