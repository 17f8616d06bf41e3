using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Tests.Messages;

/// <summary>Every record of the protocol, with its bytes written down by hand from the protocol's field tables.</summary>
internal static class RecordCases
{
    private const string StatHex =
        "0000000100000002 0000000100000003 0000018BCFE56800 0000018BCFE56801 00000004 00000005 00000006 0123456789ABCDEF 00000007 00000008 0000000100000009";

    private const string OpenAclHex = "00000001 0000001F 00000005 776F726C64 00000006 616E796F6E65";

    private static readonly ZNodeStat Stat = new(
        new Zxid(0x1_0000_0002), new Zxid(0x1_0000_0003), 1_700_000_000_000, 1_700_000_000_001, 4, 5, 6, new SessionId(0x0123456789ABCDEF), 7, 8, new Zxid(0x1_0000_0009));

    private static readonly AclEntry Bob = new(ZNodePermissions.Read | ZNodePermissions.Admin, "digest", "bob:x");

    private static readonly byte[] Password = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    public static IReadOnlyList<IRecordCase> All { get; } =
    [
        Case(new RequestHeader(7, OpCode.CloseSession), "00000007 FFFFFFF5"),
        Case(new ReplyHeader(Xids.Ping, new Zxid(0x1_0000_0001), ZNodeError.NoNode), "FFFFFFFE 0000000100000001 FFFFFF9B"),
        Case(new MultiHeader(OpCode.Check, false, ZNodeError.SystemError), "0000000D 00 FFFFFFFF"),
        Case(MultiHeader.End, "FFFFFFFF 01 FFFFFFFF"),
        Case(new ConnectRequest(0, new Zxid(5), 30_000, new SessionId(9), Password, true), "00000000 0000000000000005 00007530 0000000000000009 00000010 000102030405060708090A0B0C0D0E0F 01"),
        Case(new ConnectRequest(0, Zxid.Zero, 30_000, SessionId.None, null, null), "00000000 0000000000000000 00007530 0000000000000000 FFFFFFFF"),
        Case(new ConnectResponse(0, 30_000, new SessionId(9), Password, false), "00000000 00007530 0000000000000009 00000010 000102030405060708090A0B0C0D0E0F 00"),
        Case(ConnectResponse.Refused(null), "00000000 00000000 0000000000000000 00000010 00000000000000000000000000000000"),
        Case(ConnectResponse.Refused(true), "00000000 00000000 0000000000000000 00000010 00000000000000000000000000000000 00"),
        Case(new CreateRequest("/a", "hi"u8.ToArray(), AclEntry.Open, 3), $"00000002 2F61 00000002 6869 {OpenAclHex} 00000003"),
        Case(new CreateRequest("/a", null, [Bob], 0), "00000002 2F61 FFFFFFFF 00000001 00000011 00000006 646967657374 00000005 626F623A78 00000000"),
        Case(new CreateRequest(null, ReadOnlyMemory<byte>.Empty, null, 0), "FFFFFFFF 00000000 FFFFFFFF 00000000"),
        Case(new CreateRequest("", ReadOnlyMemory<byte>.Empty, [], 0), "00000000 00000000 00000000 00000000"),
        Case(new CreateTtlRequest("/a", null, AclEntry.Open, 5, 0xFFFFFFFFFF), $"00000002 2F61 FFFFFFFF {OpenAclHex} 00000005 000000FFFFFFFFFF"),
        Case(new CreateResponse("/a0000000001"), "0000000C 2F6130303030303030303031"),
        Case(new Create2Response("/a", Stat), $"00000002 2F61 {StatHex}"),
        Case(new DeleteRequest("/a", -1), "00000002 2F61 FFFFFFFF"),
        Case(new ExistsRequest("/a", true), "00000002 2F61 01"),
        Case(new ExistsResponse(Stat), StatHex),
        Case(new GetDataRequest("/\u00E9", false), "00000003 2FC3A9 00"),
        Case(new GetDataResponse(null, Stat), $"FFFFFFFF {StatHex}"),
        Case(new GetDataResponse("hi"u8.ToArray(), Stat), $"00000002 6869 {StatHex}"),
        Case(new SetDataRequest("/a", "hi"u8.ToArray(), 2), "00000002 2F61 00000002 6869 00000002"),
        Case(new SetDataResponse(Stat), StatHex),
        Case(new GetAclRequest("/a"), "00000002 2F61"),
        Case(new GetAclResponse(AclEntry.Open, Stat), $"{OpenAclHex} {StatHex}"),
        Case(new SetAclRequest("/a", AclEntry.Open, 0), $"00000002 2F61 {OpenAclHex} 00000000"),
        Case(new SetAclResponse(Stat), StatHex),
        Case(new GetChildrenRequest("/a", true), "00000002 2F61 01"),
        Case(new GetChildrenResponse(["b", ""]), "00000002 00000001 62 00000000"),
        Case(new GetChildrenResponse(null), "FFFFFFFF"),
        Case(new GetChildren2Request("/a", false), "00000002 2F61 00"),
        Case(new GetChildren2Response([], Stat), $"00000000 {StatHex}"),
        Case(new GetAllChildrenNumberRequest("/"), "00000001 2F"),
        Case(new GetAllChildrenNumberResponse(17), "00000011"),
        Case(new GetEphemeralsRequest("/a"), "00000002 2F61"),
        Case(new GetEphemeralsResponse(["/a/b"]), "00000001 00000004 2F612F62"),
        Case(new SyncRequest("/a"), "00000002 2F61"),
        Case(new SyncResponse("/a"), "00000002 2F61"),
        Case(new CheckVersionRequest("/a", 3), "00000002 2F61 00000003"),
        Case(new CheckWatchesRequest("/a", 3), "00000002 2F61 00000003"),
        Case(new RemoveWatchesRequest("/a", 5), "00000002 2F61 00000005"),
        Case(new AddWatchRequest("/a", 1), "00000002 2F61 00000001"),
        Case(new SetWatchesRequest(new Zxid(6), ["/a"], null, []), "0000000000000006 00000001 00000002 2F61 FFFFFFFF 00000000"),
        Case(new SetWatches2Request(new Zxid(6), [], [], [], ["/a"], ["/b"]), "0000000000000006 00000000 00000000 00000000 00000001 00000002 2F61 00000001 00000002 2F62"),
        Case(new AuthPacket(0, "digest", "bob:pw"u8.ToArray()), "00000000 00000006 646967657374 00000006 626F623A7077"),
        Case(new SaslRequest(ReadOnlyMemory<byte>.Empty), "00000000"),
        Case(new SaslResponse(null), "FFFFFFFF"),
        Case(new ReconfigRequest("a", "1", null, -1), "00000001 61 00000001 31 FFFFFFFF FFFFFFFFFFFFFFFF"),
        Case(new WhoAmIResponse([new AuthIdentity("ip", "127.0.0.1")]), "00000001 00000002 6970 00000009 3132372E302E302E31"),
        Case(new WhoAmIResponse(null), "FFFFFFFF"),
        Case(new WatcherEvent((int)WatchEventType.ChildrenChanged, WatcherEvent.SyncConnected, "/a"), "00000004 00000003 00000002 2F61"),
        Case(new ErrorResponse(ZNodeError.BadVersion), "FFFFFF99"),
        Case(default(EmptyRecord), ""),
        Case(
            new MultiResponse([MultiResult.Created("/a"), MultiResult.Created("/b", Stat), MultiResult.Set(Stat), MultiResult.Done(OpCode.Delete), MultiResult.Done(OpCode.Check)]),
            $"00000001 00 00000000 00000002 2F61 0000000F 00 00000000 00000002 2F62 {StatHex} 00000005 00 00000000 {StatHex} 00000002 00 00000000 0000000D 00 00000000 FFFFFFFF 01 FFFFFFFF"),
        Case(
            new MultiResponse([MultiResult.Failed(ZNodeError.Ok), MultiResult.Failed(ZNodeError.BadVersion), MultiResult.Failed(ZNodeError.RuntimeInconsistency)]),
            "FFFFFFFF 00 00000000 00000000 FFFFFFFF 00 FFFFFF99 FFFFFF99 FFFFFFFF 00 FFFFFFFE FFFFFFFE FFFFFFFF 01 FFFFFFFF"),
        Case(
            new MultiResponse([MultiResult.Read("hi"u8.ToArray(), Stat), MultiResult.Read(["b"])]),
            $"00000004 00 00000000 00000002 6869 {StatHex} 00000008 00 00000000 00000001 00000001 62 FFFFFFFF 01 FFFFFFFF"),
        Case(
            new MultiResponse(
            [
                MultiResult.CreatedOrThere("/a"), MultiResult.Done(OpCode.CheckNotExists), MultiResult.Done(OpCode.RemoveRecursive), MultiResult.Found(Stat), MultiResult.Read(["b"], Stat),
            ]),
            $"000001F6 00 00000000 00000002 2F61 000001F5 00 00000000 000001F7 00 00000000 00000003 00 00000000 {StatHex} 0000000C 00 00000000 00000001 00000001 62 {StatHex} FFFFFFFF 01 FFFFFFFF"),
        Case(new FilteredListRequest("/a", true, ChildFilter.Ephemeral), "00000002 2F61 01 02"),
        Case(new RemoveRecursiveRequest("/a", 4_000_000_000), "00000002 2F61 EE6B2800"),
        Case(MultiResult.Failed(ZNodeError.NoNode), "FFFFFFFF 00 FFFFFF9B FFFFFF9B"),
    ];

    private static RecordCase<TRecord> Case<TRecord>(TRecord record, string hex)
        where TRecord : IJuteRecord<TRecord> => new(record, hex);
}
