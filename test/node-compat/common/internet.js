// Names and addresses of the internet: there is none behind the host, so they lead nowhere.

module.exports = {
  addresses: {
    INET_HOST: 'nodejs.example',
    INET4_HOST: 'nodejs.example',
    INET6_HOST: 'nodejs.example',
    INET4_IP: '192.0.2.1',
    INET6_IP: '2001:db8::1',
    INVALID_HOST: 'something.invalid',
    MX_HOST: 'nodejs.example',
    NOT_FOUND: 'come.on.fhqwhgads.test',
    SRV_HOST: '_caldav._tcp.nodejs.example',
    PTR_HOST: 'nodejs.example',
    NAPTR_HOST: 'nodejs.example',
    SOA_HOST: 'nodejs.example',
    CAA_HOST: 'nodejs.example',
    CNAME_HOST: 'nodejs.example',
    TLSA_HOST: 'nodejs.example',
    NS_HOST: 'nodejs.example',
    TXT_HOST: 'nodejs.example',
    DNS4_SERVER: '192.0.2.53',
    DNS6_SERVER: '2001:db8::53',
  },
};
