# Reference results for the random-effects analyses of a release, by metafor.
#
#   Rscript tests/oracle/r/release_strands.R RELEASE_FOLDER > tests/oracle/release_strands.json
#
# Reads tables/effects.csv, tables/analyses.csv and tables/analysis_inputs.csv of an unzipped release
# and runs the call that `whatworks show STRAND --json` prints, on the same rows in the same order.
suppressMessages(library(metafor))
folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) read.csv(file.path(folder, "tables", paste0(name, ".csv")), colClasses = "character")
effects <- read("effects"); analyses <- read("analyses"); inputs <- read("analysis_inputs")
control <- list(threshold = 1e-12, maxiter = 1000)
number <- function(x) if (is.na(x)) "null" else trimws(formatC(as.numeric(x), digits = 17, format = "g"))
rows <- character()
for (i in which(analyses$kind == "random_effects")) {
  a <- analyses[i, ]
  used <- inputs[inputs$analysis_id == a$analysis_id, ]
  used <- used[order(as.integer(used$position)), ]
  e <- effects[match(used$row_id, effects$effect_id), ]
  dat <- data.frame(yi = as.numeric(e$yi), vi = as.numeric(e$vi), study_id = factor(e$study_id, levels = unique(e$study_id)))
  call <- 'rma(yi, vi, data=dat, method="REML", test="knha", control=list(threshold=1e-12, maxiter=1000))'
  if (grepl('"unit":"study"', a$options)) {
    rho <- as.numeric(sub('.*"rho":([0-9.]+).*', "\\1", a$options))
    dat <- aggregate(escalc(yi = yi, vi = vi, data = dat), cluster = study_id, struct = "CS", rho = rho, weighted = FALSE)
    call <- paste0('aggregate(escalc(yi=yi, vi=vi, data=dat), cluster=study_id, struct="CS", rho=', rho, ", weighted=FALSE) |> ", call)
  }
  fit <- rma(yi, vi, data = dat, method = "REML", test = "knha", control = control)
  p <- predict(fit)
  found <- c(estimate = fit$beta[1], se = fit$se, ci_lb = fit$ci.lb, ci_ub = fit$ci.ub, p_value = fit$pval, df = fit$ddf[1],
             tau2 = fit$tau2, i2 = fit$I2, q = fit$QE, q_p_value = fit$QEp, pi_lb = p$pi.lb, pi_ub = p$pi.ub)
  values <- paste(sprintf('"%s": %s', names(found), vapply(found, number, "")), collapse = ", ")
  rows <- c(rows, sprintf('  "%s.%s": {"k": %d, "call": "%s", "expected": {%s}}', a$subject, a$role, nrow(dat), gsub('"', "'", call), values))
}
cat(sprintf('{\n "tool": "R %s, metafor %s",\n "analyses": {\n%s\n }\n}\n', getRversion(), packageVersion("metafor"), paste(rows, collapse = ",\n")))
