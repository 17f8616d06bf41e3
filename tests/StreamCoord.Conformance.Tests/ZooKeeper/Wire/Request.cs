using System.Text;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Wire;

/// <summary>A request: its number, and its record's bytes.</summary>
/// <param name="Opcode">What is asked for.</param>
/// <param name="Body">What stands behind the header.</param>
/// <param name="Xid">The xid that the protocol gives it; null for the next one of the connection.</param>
internal sealed record Request(int Opcode, byte[] Body, int? Xid = null)
{
    public static Request Create(string? path, string? data = "", int flags = 0, IReadOnlyList<WireAcl>? acl = null, int opcode = Wire.Opcode.Create) =>
        new(opcode, CreateBody(path, data, flags, acl ?? WireAcl.Open).ToArray());

    public static Request CreateWithoutAcl(string path, IReadOnlyList<WireAcl>? acl) =>
        new(Wire.Opcode.Create, new JuteWriter().Text(path).Buffer([]).Acl(acl).Int(0).ToArray());

    public static Request Create2(string? path, string? data = "", int flags = 0, IReadOnlyList<WireAcl>? acl = null) =>
        Create(path, data, flags, acl, Wire.Opcode.Create2);

    public static Request CreateContainer(string? path, string? data = "", int flags = 4) => Create(path, data, flags, null, Wire.Opcode.CreateContainer);

    public static Request CreateTtl(string? path, long ttlMs, int flags = 5, string? data = "") =>
        new(Wire.Opcode.CreateTtl, CreateBody(path, data, flags, WireAcl.Open).Long(ttlMs).ToArray());

    public static Request Delete(string? path, int version = -1) => PathAndInt(Wire.Opcode.Delete, path, version);

    public static Request Exists(string? path, bool watch = false) => PathAndFlag(Wire.Opcode.Exists, path, watch);

    public static Request GetData(string? path, bool watch = false) => PathAndFlag(Wire.Opcode.GetData, path, watch);

    public static Request SetData(string? path, string? data, int version = -1) =>
        new(Wire.Opcode.SetData, new JuteWriter().Text(path).Buffer(Bytes(data)).Int(version).ToArray());

    public static Request GetAcl(string? path) => Path(Wire.Opcode.GetAcl, path);

    public static Request SetAcl(string? path, IReadOnlyList<WireAcl>? acl, int version = -1) =>
        new(Wire.Opcode.SetAcl, new JuteWriter().Text(path).Acl(acl).Int(version).ToArray());

    public static Request GetChildren(string? path, bool watch = false) => PathAndFlag(Wire.Opcode.GetChildren, path, watch);

    public static Request GetChildren2(string? path, bool watch = false) => PathAndFlag(Wire.Opcode.GetChildren2, path, watch);

    public static Request Sync(string? path) => Path(Wire.Opcode.Sync, path);

    public static Request Ping() => new(Wire.Opcode.Ping, [], Wire.Opcode.PingXid);

    public static Request Check(string? path, int version = -1) => PathAndInt(Wire.Opcode.Check, path, version);

    public static Request Reconfig(string? joining, string? leaving, string? members, long version) =>
        new(Wire.Opcode.Reconfig, new JuteWriter().Text(joining).Text(leaving).Text(members).Long(version).ToArray());

    public static Request CheckWatches(string? path, int type) => PathAndInt(Wire.Opcode.CheckWatches, path, type);

    public static Request RemoveWatches(string? path, int type) => PathAndInt(Wire.Opcode.RemoveWatches, path, type);

    public static Request AddWatch(string? path, int mode) => PathAndInt(Wire.Opcode.AddWatch, path, mode);

    public static Request GetEphemerals(string? prefix) => Path(Wire.Opcode.GetEphemerals, prefix);

    public static Request GetAllChildrenNumber(string? path) => Path(Wire.Opcode.GetAllChildrenNumber, path);

    public static Request WhoAmI() => new(Wire.Opcode.WhoAmI, []);

    public static Request Close() => new(Wire.Opcode.CloseSession, []);

    public static Request Auth(string? scheme, string? auth) =>
        new(Wire.Opcode.Auth, new JuteWriter().Int(0).Text(scheme).Buffer(Bytes(auth)).ToArray(), Wire.Opcode.AuthXid);

    public static Request SetWatches(long relativeZxid, string[] data, string[] exist, string[] child) =>
        new(Wire.Opcode.SetWatches, new JuteWriter().Long(relativeZxid).Texts(data).Texts(exist).Texts(child).ToArray(), Wire.Opcode.SetWatchesXid);

    public static Request SetWatches2(long relativeZxid, string[] data, string[] exist, string[] child, string[] persistent, string[] recursive) =>
        new(
            Wire.Opcode.SetWatches2,
            new JuteWriter().Long(relativeZxid).Texts(data).Texts(exist).Texts(child).Texts(persistent).Texts(recursive).ToArray(),
            Wire.Opcode.SetWatchesXid);

    public static Request Multi(params Request[] operations) => Group(Wire.Opcode.Multi, operations);

    public static Request MultiRead(params Request[] operations) => Group(Wire.Opcode.MultiRead, operations);

    /// <summary>The whole frame, its length in front.</summary>
    public byte[] ToFrame(int xid) => new JuteWriter().Int(8 + Body.Length).Int(xid).Int(Opcode).Raw(Body).ToArray();

    private static Request Group(int opcode, Request[] operations)
    {
        var body = new JuteWriter();
        foreach (Request operation in operations)
        {
            body.Int(operation.Opcode).Bool(false).Int(-1).Raw(operation.Body);
        }
        return new(opcode, body.Int(-1).Bool(true).Int(-1).ToArray());
    }

    private static JuteWriter CreateBody(string? path, string? data, int flags, IReadOnlyList<WireAcl> acl) =>
        new JuteWriter().Text(path).Buffer(Bytes(data)).Acl(acl).Int(flags);

    private static Request Path(int opcode, string? path) => new(opcode, new JuteWriter().Text(path).ToArray());

    private static Request PathAndInt(int opcode, string? path, int number) => new(opcode, new JuteWriter().Text(path).Int(number).ToArray());

    private static Request PathAndFlag(int opcode, string? path, bool flag) => new(opcode, new JuteWriter().Text(path).Bool(flag).ToArray());

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
