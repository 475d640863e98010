# The demo's main evidence base: Rscript tests/oracle/r/targeted_k6.R FOLDER (from the project's
# root), FOLDER holding effects.csv.gz of targeted_k6. Its rows are not copied here: only results.
suppressPackageStartupMessages(library(metafor))
source("tests/oracle/r/write_case.R")

all <- read.csv(gzfile(file.path(commandArgs(trailingOnly = TRUE)[1], "effects.csv.gz")))
post <- all[all$Post == 1, ]
dat <- escalc(measure = "GEN", yi = post$Effectsize_g_adj1, sei = post$SE_g_adj1)
dat$study <- post$Study_ID
composite <- aggregate(dat, cluster = study, rho = 0.8, weighted = FALSE)

fit <- "rma(yi, vi, method='REML', test='knha', control=list(threshold=1e-12, maxiter=1000))"
rows <- "yi=Effectsize_g_adj1, vi=SE_g_adj1^2, rows with Post == 1"
result <- function(id, data, prepared) {
  r <- eval(parse(text = fit), data)
  p <- predict(r)
  ci <- confint(r, control = list(tol = 1e-12))$random
  values <- list(k = r$k, estimate = r$beta, se = r$se, ci_lb = r$ci.lb, ci_ub = r$ci.ub, df = r$ddf,
                 tau2 = r$tau2, tau2_ci_lb = ci[1, 2], tau2_ci_ub = ci[1, 3], i2 = r$I2, q = r$QE,
                 pi_lb = p$pi.lb, pi_ub = p$pi.ub, log_likelihood = r$fit.stats["ll", "REML"])
  paste0("{\"id\": ", quoted(id), ", \"software\": ", quoted(software), ",\n  \"prepared\": ", quoted(prepared),
         ",\n  \"call\": ", quoted(fit), ",\n  \"expected\": ", json(lapply(values, as.numeric)), "}")
}
write_cases(c(
  result("targeted_k6-effects", dat, rows),
  result("targeted_k6-composites", composite, paste0(rows, "; aggregate(dat, cluster=Study_ID, rho=0.8, weighted=FALSE)"))
), "tests/oracle/r/shared/targeted_k6.json")
