DROP TABLE policy_acceptances;
DROP TABLE policies;
