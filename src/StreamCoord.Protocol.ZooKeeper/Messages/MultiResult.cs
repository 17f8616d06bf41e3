using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper.Messages;

/// <summary>The result of one operation of a multi or of a multiple read, with the header in front of it. Immutable.</summary>
public readonly record struct MultiResult : IJuteRecord<MultiResult>
{
    private MultiResult(OpCode opCode) => OpCode = opCode;

    /// <summary>What kind of result it is: the operation, create2 for every creation that answers a Stat, getChildren2 for every list that does, or <see cref="OpCode.Error"/>.</summary>
    public OpCode OpCode { get; }

    /// <summary>How it went.</summary>
    public ZNodeError Error { get; private init; }

    /// <summary>The path that was created; null for other operations.</summary>
    public string? Path { get; private init; }

    /// <summary>The Stat; the default one for operations that do not answer it.</summary>
    public ZNodeStat Stat { get; private init; }

    /// <summary>The data that was read; null also for other operations.</summary>
    public ReadOnlyMemory<byte>? Data { get; private init; }

    /// <summary>The children that were read; null for other operations.</summary>
    public IReadOnlyList<string>? Children { get; private init; }

    private MultiHeader Header => new(OpCode, false, OpCode == OpCode.Error ? Error : ZNodeError.Ok);

    /// <inheritdoc/>
    public int SizeBytes => Header.SizeBytes + OpCode switch
    {
        OpCode.Create or OpCode.CreateIfNotExists => JuteSize.OfString(Path),
        OpCode.Create2 => JuteSize.OfString(Path) + JuteSize.Stat,
        OpCode.SetData or OpCode.Exists => JuteSize.Stat,
        OpCode.GetData => JuteSize.OfBuffer(Data) + JuteSize.Stat,
        OpCode.GetChildren => JuteSize.OfStrings(Children),
        OpCode.GetChildren2 => JuteSize.OfStrings(Children) + JuteSize.Stat,
        OpCode.Error => JuteSize.Int,
        _ => 0,
    };

    /// <summary>A create.</summary>
    public static MultiResult Created(string? path) => new(OpCode.Create) { Path = path };

    /// <summary>A creation that answers the Stat.</summary>
    public static MultiResult Created(string? path, ZNodeStat stat) => new(OpCode.Create2) { Path = path, Stat = stat };

    /// <summary>A createIfNotExists.</summary>
    public static MultiResult CreatedOrThere(string? path) => new(OpCode.CreateIfNotExists) { Path = path };

    /// <summary>A setData.</summary>
    public static MultiResult Set(ZNodeStat stat) => new(OpCode.SetData) { Stat = stat };

    /// <summary>An exists.</summary>
    public static MultiResult Found(ZNodeStat stat) => new(OpCode.Exists) { Stat = stat };

    /// <summary>A delete or a check, which answer nothing.</summary>
    public static MultiResult Done(OpCode opCode) => new(opCode);

    /// <summary>A getData.</summary>
    public static MultiResult Read(ReadOnlyMemory<byte>? data, ZNodeStat stat) => new(OpCode.GetData) { Data = data, Stat = stat };

    /// <summary>A getChildren.</summary>
    public static MultiResult Read(IReadOnlyList<string>? children) => new(OpCode.GetChildren) { Children = children };

    /// <summary>A list with the Stat.</summary>
    public static MultiResult Read(IReadOnlyList<string>? children, ZNodeStat stat) => new(OpCode.GetChildren2) { Children = children, Stat = stat };

    /// <summary>An operation that failed, or belongs to a multi that did.</summary>
    public static MultiResult Failed(ZNodeError error) => new(OpCode.Error) { Error = error };

    /// <inheritdoc/>
    public static MultiResult Read(ref JuteReader reader) => Read(MultiHeader.Read(ref reader), ref reader);

    /// <inheritdoc/>
    public void Write(ref JuteWriter writer)
    {
        Header.Write(ref writer);
        switch (OpCode)
        {
            case OpCode.Create or OpCode.CreateIfNotExists:
                writer.WriteString(Path);
                break;
            case OpCode.Create2:
                writer.WriteString(Path);
                writer.WriteStat(Stat);
                break;
            case OpCode.SetData or OpCode.Exists:
                writer.WriteStat(Stat);
                break;
            case OpCode.GetData:
                writer.WriteBuffer(Data);
                writer.WriteStat(Stat);
                break;
            case OpCode.GetChildren:
                writer.WriteStrings(Children);
                break;
            case OpCode.GetChildren2:
                writer.WriteStrings(Children);
                writer.WriteStat(Stat);
                break;
            case OpCode.Error:
                writer.WriteInt((int)Error);
                break;
        }
    }

    /// <summary>Reads what is behind a header.</summary>
    /// <exception cref="JuteFormatException">It is not what the header says.</exception>
    internal static MultiResult Read(in MultiHeader header, ref JuteReader reader) => header.OpCode switch
    {
        OpCode.Create => Created(reader.ReadString()),
        OpCode.Create2 => Created(reader.ReadString(), reader.ReadStat()),
        OpCode.CreateIfNotExists => CreatedOrThere(reader.ReadString()),
        OpCode.SetData => Set(reader.ReadStat()),
        OpCode.Exists => Found(reader.ReadStat()),
        OpCode.GetData => Read(reader.ReadBuffer(), reader.ReadStat()),
        OpCode.GetChildren => Read(reader.ReadStrings()),
        OpCode.GetChildren2 => Read(reader.ReadStrings(), reader.ReadStat()),
        OpCode.Error => Failed((ZNodeError)reader.ReadInt()),
        OpCode.Delete or OpCode.Check or OpCode.CheckNotExists or OpCode.RemoveRecursive => Done(header.OpCode),
        _ => throw new JuteFormatException($"A multi has no result of operation {(int)header.OpCode}."),
    };
}
