// The peer of bulk.ts: one TCP bulk transfer over one link in ns-3, with its own NewReno. Prints the packets on the
// link, data and acknowledgments, and the processor seconds that the simulation took (user and system).
// ns-3 carries no payload bytes and computes no checksums unless told; it is left as it comes.
#include <sys/resource.h>
#include <cstdio>
#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

using namespace ns3;

static uint64_t packets = 0;
static void Sent(Ptr<const Packet>) { packets++; }

int main(int argc, char* argv[]) {
  uint32_t bytes = 30000000;
  double loss = 0;
  CommandLine cmd;
  cmd.AddValue("bytes", "bytes to move", bytes);
  cmd.AddValue("loss", "chance that a packet towards the receiver is lost", loss);
  cmd.Parse(argc, argv);
  Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
  Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(10));
  Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(1 << 22));
  Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(1 << 22));
  Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue("ns3::TcpLinuxReno"));
  NodeContainer nodes;
  nodes.Create(2);
  PointToPointHelper link;
  link.SetDeviceAttribute("DataRate", StringValue("1Gbps"));
  link.SetChannelAttribute("Delay", StringValue("5ms"));
  link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("4000000B"));
  NetDeviceContainer devices = link.Install(nodes);
  if (loss > 0) {
    Ptr<RateErrorModel> errors = CreateObject<RateErrorModel>();
    errors->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
    errors->SetRate(loss);
    devices.Get(1)->SetAttribute("ReceiveErrorModel", PointerValue(errors));
  }
  InternetStackHelper stack;
  stack.Install(nodes);
  Ipv4AddressHelper address;
  address.SetBase("192.0.2.0", "255.255.255.0");
  Ipv4InterfaceContainer interfaces = address.Assign(devices);
  for (uint32_t i = 0; i < 2; i++) devices.Get(i)->TraceConnectWithoutContext("PhyTxEnd", MakeCallback(&Sent));
  BulkSendHelper source("ns3::TcpSocketFactory", InetSocketAddress(interfaces.GetAddress(1), 5001));
  source.SetAttribute("MaxBytes", UintegerValue(bytes));
  source.SetAttribute("SendSize", UintegerValue(65536));
  source.Install(nodes.Get(0));
  PacketSinkHelper sink("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 5001));
  ApplicationContainer sinks = sink.Install(nodes.Get(1));
  Simulator::Stop(Seconds(600));
  Simulator::Run();
  uint64_t got = DynamicCast<PacketSink>(sinks.Get(0))->GetTotalRx();
  Simulator::Destroy();
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  double seconds = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  std::printf("%llu %.6f %llu\n", (unsigned long long)packets, seconds, (unsigned long long)got);
  return got == bytes ? 0 : 1;
}
