export {
  buildIpPacket,
  DEFAULT_MTU,
  type IpPacketInput,
  maxUdpPayload,
  sctpChunkCount,
  TcpFlag,
} from './build-ip-packet.ts';
export { CAPTURE_FILE_DEFECTS, type CaptureFileDefect } from './capture-file-defect.ts';
export { type CaptureFileReader, createCaptureFileReader } from './capture-file-reader.ts';
export { type CaptureFrame, LinkType, MAX_FRAME_BYTES } from './capture-frame.ts';
export {
  createExportTrace,
  type ExportTrace,
  type ExportTraceOptions,
  type TraceFrame,
  type TraceMessage,
} from './export-trace.ts';
export { FRAME_DEFECTS, type FrameDefect } from './frame-defect.ts';
export { createFrameDissector, type FrameDissector } from './frame-dissector.ts';
export type {
  Datagram,
  FrameDissectorOptions,
  FrameHandlers,
  PacketAddressing,
  StreamChunk,
} from './frame-dissector-types.ts';
export { writePcapHeader, writePcapRecord } from './pcap-writer.ts';
export {
  type PcapngHeaderOptions,
  type PcapngName,
  writePcapngHeader,
  writePcapngNames,
  writePcapngPacket,
} from './pcapng-writer.ts';
