# nginx out of Debian, with the configuration beside this file.
FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends nginx \
    && rm -rf /var/lib/apt/lists/* /etc/nginx/sites-enabled/default
COPY nginx.container.conf /etc/nginx/conf.d/default.conf
EXPOSE 80
STOPSIGNAL SIGQUIT
# The name server of the containers' network: nginx itself does not read where it is.
CMD sed -n 's/^nameserver \([0-9.]*\)$/resolver \1 valid=2s ipv6=off;/p' /etc/resolv.conf \
    | head -n 1 > /etc/nginx/conf.d/resolver.conf && exec nginx -g 'daemon off;'
