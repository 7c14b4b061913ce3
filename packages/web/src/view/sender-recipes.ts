import { hostPort, type ReachableAddress } from './reachable-address.ts';

export interface SenderRecipe {
  name: string;
  /** Where the text goes. */
  where: string;
  text: string;
}

/** What to paste into each kind of sender, with the very address of this server. */
export function senderRecipes(hep: ReachableAddress): SenderRecipe[] {
  const { host, port } = hep;
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const transport = hep.transport === 'tls' ? 'tls' : hep.transport === 'tcp' ? 'tcp' : 'udp';
  return [
    {
      name: 'Kamailio',
      where: 'kamailio.cfg, then kamailio restart',
      text: [
        'loadmodule "siptrace.so"',
        `modparam("siptrace", "duplicate_uri", "sip:${hostPort(hep)}${transport === 'tcp' ? ';transport=tcp' : ''}")`,
        'modparam("siptrace", "hep_mode_on", 1)',
        'modparam("siptrace", "hep_version", 3)',
        'modparam("siptrace", "hep_capture_id", 101)',
        'modparam("siptrace", "trace_to_database", 0)',
        'modparam("siptrace", "trace_on", 1)',
        'modparam("siptrace", "trace_flag", 22)',
        'modparam("siptrace", "trace_mode", 1)',
      ].join('\n'),
    },
    {
      name: 'OpenSIPS',
      where: 'opensips.cfg',
      text: [
        'loadmodule "proto_hep.so"',
        'loadmodule "tracer.so"',
        'socket=hep_udp:0.0.0.0:6060',
        `modparam("proto_hep", "hep_id", "[calliope] ${hostPort(hep)};transport=${transport};version=3")`,
        'modparam("proto_hep", "hep_capture_id", 102)',
        'modparam("tracer", "trace_id", "[tid]uri=hep:calliope")',
        '',
        '# in the main route, for every request:',
        'trace("tid", "d", "sip");   # "t" for a transaction, "m" for one message',
      ].join('\n'),
    },
    {
      name: 'FreeSWITCH',
      where: 'sofia.conf.xml (global_settings) and each profile; then reload mod_sofia',
      text: [
        `<param name="capture-server" value="udp:${bracketed}:${port};hep=3;capture_id=103"/>`,
        '<!-- in each profile of sip_profiles/: -->',
        '<param name="sip-capture" value="yes"/>',
      ].join('\n'),
    },
    {
      name: 'Asterisk',
      where: 'hep.conf; needs res_hep.so and res_hep_pjsip.so',
      text: [
        '[general]',
        'enabled = yes',
        `capture_address = ${hostPort(hep)}`,
        'capture_id = 104',
        'uuid_type = call-id',
      ].join('\n'),
    },
    {
      name: 'rtpengine',
      where: 'its command line; the RTCP reports appear in their calls',
      text: `--homer=${hostPort(hep)} --homer-protocol=${transport === 'udp' ? 'udp' : 'tcp'} --homer-id=2001`,
    },
    {
      name: 'heplify',
      where: 'on the machine that sees the traffic',
      text: `heplify -i any -hs ${hostPort(hep)} -hi 2002 -hn probe-1${transport === 'udp' ? '' : ` -nt ${transport}`}`,
    },
    {
      name: 'captagent',
      where: 'transport_hep.xml',
      text: [
        `<param name="version" value="3"/>`,
        `<param name="capture-host" value="${host}"/>`,
        `<param name="capture-port" value="${port}"/>`,
        `<param name="capture-proto" value="${transport === 'tls' ? 'ssl' : transport}"/>`,
        `<param name="capture-id" value="105"/>`,
      ].join('\n'),
    },
    {
      name: 'sngrep',
      where: 'on the machine that sees the traffic',
      text: `sngrep -d any -H ${transport === 'udp' ? 'udp' : transport}:${host}:${port}`,
    },
  ];
}
