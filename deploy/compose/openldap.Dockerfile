# OpenLDAP as examples/openldap/start.sh starts it.
FROM debian:bookworm-slim
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slapd ldap-utils \
 && rm -rf /var/lib/apt/lists/*
COPY examples/openldap/start.sh /start.sh
