namespace StreamCoord.Security;

/// <summary>All quotas at one moment. Immutable; safe for concurrent use.</summary>
/// <param name="limits">The limits of each entity.</param>
public sealed class QuotaTable(IReadOnlyDictionary<QuotaEntity, IReadOnlyDictionary<QuotaKind, double>> limits)
{
    /// <summary>None.</summary>
    public static QuotaTable Empty { get; } = new(new Dictionary<QuotaEntity, IReadOnlyDictionary<QuotaKind, double>>());

    /// <summary>Whether nobody has a quota.</summary>
    public bool IsEmpty => limits.Count == 0;

    /// <summary>Everybody who has one.</summary>
    public IReadOnlyDictionary<QuotaEntity, IReadOnlyDictionary<QuotaKind, double>> All => limits;

    /// <summary>
    /// The limit of a user's client, from the entity nearest to it (Kafka's order): user and client, then the user, then the default user, then the client alone; each with the defaults behind.
    /// </summary>
    /// <returns>The limit, and who shares it: one user's clients share what is the user's, users share what is a client's. Null when there is none.</returns>
    public (double Limit, QuotaEntity Sharing)? Find(QuotaKind kind, string user, string clientId)
    {
        const string Default = QuotaEntity.Default;
        return Look(kind, new(user, clientId), new(user, clientId))
            ?? Look(kind, new(user, Default), new(user, clientId))
            ?? Look(kind, new(user, null), new(user, null))
            ?? Look(kind, new(Default, clientId), new(user, clientId))
            ?? Look(kind, new(Default, Default), new(user, clientId))
            ?? Look(kind, new(Default, null), new(user, null))
            ?? Look(kind, new(null, clientId), new(null, clientId))
            ?? Look(kind, new(null, Default), new(null, clientId));
    }

    /// <summary>The limit of an address, which shares it with nobody; null when there is none.</summary>
    public (double Limit, QuotaEntity Sharing)? Find(QuotaKind kind, string ip) =>
        Look(kind, new(null, null, ip), new(null, null, ip)) ?? Look(kind, new(null, null, QuotaEntity.Default), new(null, null, ip));

    private (double Limit, QuotaEntity Sharing)? Look(QuotaKind kind, QuotaEntity entity, QuotaEntity sharing) =>
        limits.TryGetValue(entity, out IReadOnlyDictionary<QuotaKind, double>? own) && own.TryGetValue(kind, out double limit) ? (limit, sharing) : null;
}
