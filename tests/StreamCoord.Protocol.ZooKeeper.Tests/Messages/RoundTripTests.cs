using CsCheck;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Tests.Messages;

/// <summary>Whatever is written is read again, null as null and empty as empty.</summary>
public sealed class RoundTripTests
{
    private static readonly Gen<string?> Text = Gen.OneOf<string?>(Gen.Const((string?)null), Gen.String[Gen.Char['\u0020', '\ud7ff'], 0, 40].Select(text => (string?)text));

    private static readonly Gen<ReadOnlyMemory<byte>?> Buffer =
        Gen.OneOf(Gen.Const(default(ReadOnlyMemory<byte>?)), Gen.Byte.Array[0, 100].Select(bytes => (ReadOnlyMemory<byte>?)bytes));

    private static readonly Gen<IReadOnlyList<string>?> Texts = Gen.OneOf(
        Gen.Const((IReadOnlyList<string>?)null), Gen.String[0, 20].Array[0, 10].Select(texts => (IReadOnlyList<string>?)texts.Select(Valid).ToArray()));

    private static readonly Gen<IReadOnlyList<AclEntry>?> Acl = Gen.OneOf(
        Gen.Const((IReadOnlyList<AclEntry>?)null),
        Gen.Const((IReadOnlyList<AclEntry>?)AclEntry.Open),
        Gen.Select(Gen.Int, Gen.String[0, 10], Gen.String[0, 10]).Array[0, 4]
            .Select(entries => (IReadOnlyList<AclEntry>?)entries.Select(one => new AclEntry((ZNodePermissions)one.Item1, Valid(one.Item2), Valid(one.Item3))).ToArray()));

    [Fact]
    public void ACreateRequest_IsReadAsItWasWritten() => Gen.Select(Text, Buffer, Acl, Gen.Int).Sample((path, data, acl, flags) =>
    {
        CreateRequest read = Again(new CreateRequest(path, data, acl, flags));
        Assert.Equal((path, flags, data.HasValue), (read.Path, read.Flags, read.Data.HasValue));
        Assert.Equal(data.GetValueOrDefault().ToArray(), read.Data.GetValueOrDefault().ToArray());
        Assert.Equal(acl, read.Acl);
    });

    [Fact]
    public void AListOfWatches_IsReadAsItWasWritten() => Gen.Select(Gen.Long, Texts, Texts, Texts).Sample((zxid, data, exist, children) =>
    {
        SetWatches2Request read = Again(new SetWatches2Request(new Zxid(zxid), data, exist, children, exist, data));
        Assert.Equal(new Zxid(zxid), read.SeenZxid);
        Assert.Equal([data, exist, children, exist, data], [read.Data, read.Exist, read.Children, read.Persistent, read.PersistentRecursive]);
    });

    [Fact]
    public void AFrame_HasItsLengthInFront() => Gen.Select(Gen.Int, Gen.Long, Text).Sample((xid, zxid, path) =>
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        int size = JuteFrame.Write(output, new ReplyHeader(xid, new Zxid(zxid), ZNodeError.Ok), new SyncResponse(path));
        var reader = new JuteReader(output.WrittenSpan);
        Assert.Equal((size, output.WrittenCount - 4), (output.WrittenCount, reader.ReadInt()));
        Assert.Equal(new ReplyHeader(xid, new Zxid(zxid), ZNodeError.Ok), ReplyHeader.Read(ref reader));
        Assert.Equal((path, 0), (SyncResponse.Read(ref reader).Path, reader.RemainingBytes));
    });

    private static TRecord Again<TRecord>(TRecord record)
        where TRecord : IJuteRecord<TRecord>
    {
        byte[] bytes = new byte[record.SizeBytes];
        var writer = new JuteWriter(bytes);
        record.Write(ref writer);
        Assert.Equal(0, writer.RemainingBytes);
        var reader = new JuteReader(bytes);
        TRecord read = TRecord.Read(ref reader);
        Assert.Equal(0, reader.RemainingBytes);
        return read;
    }

    // Halves of surrogate pairs are not text, and do not survive UTF-8.
    private static string Valid(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
