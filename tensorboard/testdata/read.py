# Reads an event file with Python's own CRC-32C (crcmod) and protocol buffers (python3-protobuf), against
# TensorFlow's field numbers, and prints one JSON object for each event.
import json, math, struct, sys
import crcmod.predefined
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

F = descriptor_pb2.FieldDescriptorProto
file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="tb", syntax="proto3")


def message(name, *fields):
    m = file.message_type.add(name=name)
    for number, field, kind, repeated in fields:
        f = m.field.add(name=field, number=number, label=F.LABEL_REPEATED if repeated else F.LABEL_OPTIONAL)
        if isinstance(kind, str):
            f.type, f.type_name = F.TYPE_MESSAGE, ".tb." + kind
        else:
            f.type = kind


message("Image", (1, "height", F.TYPE_INT32, 0), (2, "width", F.TYPE_INT32, 0), (3, "colorspace", F.TYPE_INT32, 0), (4, "encoded_image_string", F.TYPE_BYTES, 0))
message("Histogram", (1, "min", F.TYPE_DOUBLE, 0), (2, "max", F.TYPE_DOUBLE, 0), (3, "num", F.TYPE_DOUBLE, 0), (4, "sum", F.TYPE_DOUBLE, 0),
        (5, "sum_squares", F.TYPE_DOUBLE, 0), (6, "bucket_limit", F.TYPE_DOUBLE, 1), (7, "bucket", F.TYPE_DOUBLE, 1))
message("Value", (1, "tag", F.TYPE_STRING, 0), (2, "simple_value", F.TYPE_FLOAT, 0), (4, "image", "Image", 0), (5, "histo", "Histogram", 0))
message("Summary", (1, "value", "Value", 1))
message("Event", (1, "wall_time", F.TYPE_DOUBLE, 0), (2, "step", F.TYPE_INT64, 0), (3, "file_version", F.TYPE_STRING, 0), (5, "summary", "Summary", 0))
pool = descriptor_pool.DescriptorPool()
pool.Add(file)
Event = message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName("tb.Event"))

crc = crcmod.predefined.mkCrcFun("crc-32c")


def masked(data):
    c = crc(data)
    return ((c >> 15 | c << 17) + 0xA282EAD8) & 0xFFFFFFFF


data = open(sys.argv[1], "rb").read()
at = 0
while at < len(data):
    length, = struct.unpack_from("<Q", data, at)
    assert struct.unpack_from("<I", data, at + 8)[0] == masked(data[at:at + 8]), "checksum of the length at %d" % at
    record = data[at + 12:at + 12 + length]
    assert len(record) == length, "cut short"
    assert struct.unpack_from("<I", data, at + 12 + length)[0] == masked(record), "checksum of the record at %d" % at
    at += 16 + length
    e = Event.FromString(record)
    out = {"time": e.wall_time, "step": e.step, "version": e.file_version}
    for v in e.summary.value:
        out["tag"] = v.tag
        if v.HasField("image"):
            out["image"] = [v.image.width, v.image.height, v.image.colorspace, v.image.encoded_image_string[:4].hex()]
        elif v.HasField("histo"):
            h = v.histo
            out["histogram"] = [h.min, h.max, h.num, h.sum, h.sum_squares, len(h.bucket_limit), sum(h.bucket), h.bucket_limit[-1]]
        else:
            out["value"] = v.simple_value if math.isfinite(v.simple_value) else str(v.simple_value)
    print(json.dumps(out))
