namespace StreamCoord.Security;

/// <summary>Facts about each <see cref="QuotaKind"/>.</summary>
public static class QuotaKinds
{
    /// <summary>The name that clients and configurations use.</summary>
    public static string Name(this QuotaKind kind) => kind switch
    {
        QuotaKind.ProducerByteRate => "producer_byte_rate",
        QuotaKind.ConsumerByteRate => "consumer_byte_rate",
        QuotaKind.RequestPercentage => "request_percentage",
        QuotaKind.ControllerMutationRate => "controller_mutation_rate",
        _ => "connection_creation_rate",
    };

    /// <summary>The kind of a name; null when there is none.</summary>
    public static QuotaKind? Find(string name) => Enum.GetValues<QuotaKind>().Select(kind => (QuotaKind?)kind).FirstOrDefault(kind => kind!.Value.Name() == name);

    /// <summary>Whether it bounds addresses; the others bound users and clients.</summary>
    public static bool IsOfAddress(this QuotaKind kind) => kind == QuotaKind.ConnectionCreationRate;

    /// <summary>Null for a value that it can have, else a sentence that says what is wrong with it.</summary>
    public static string? Check(this QuotaKind kind, double value)
    {
        bool isWhole = kind is QuotaKind.ProducerByteRate or QuotaKind.ConsumerByteRate or QuotaKind.ConnectionCreationRate;
        return !double.IsFinite(value) || value <= 0 ? $"{kind.Name()} takes a number above 0."
            : isWhole && (value != Math.Floor(value) || value > long.MaxValue) ? $"{kind.Name()} takes a whole number." : null;
    }
}
