
namespace StreamCoord.Security.Tests.Quotas;

public sealed class QuotaTableTests
{
    private const string Default = QuotaEntity.Default;

    private static readonly QuotaEntity[] InOrder =
    [
        new("u", "c"), new("u", Default), new("u", null), new(Default, "c"), new(Default, Default), new(Default, null), new(null, "c"), new(null, Default),
    ];

    [Fact]
    public void TheNearestEntity_Decides()
    {
        for (int first = 0; first < InOrder.Length; first++)
        {
            QuotaTable table = TableOf([.. InOrder.Skip(first)]);

            Assert.Equal(Array.IndexOf(InOrder, InOrder[first]) + 1, table.Find(QuotaKind.ProducerByteRate, "u", "c")!.Value.Limit);
        }
        Assert.Null(TableOf([]).Find(QuotaKind.ProducerByteRate, "u", "c"));
        Assert.Null(TableOf(InOrder).Find(QuotaKind.ConsumerByteRate, "u", "c"));
    }

    [Theory]
    [InlineData(2, "u", null)]
    [InlineData(5, "u", null)]
    [InlineData(6, null, "c")]
    [InlineData(7, null, "c")]
    [InlineData(1, "u", "c")]
    [InlineData(4, "u", "c")]
    public void AQuota_IsSharedByThoseItIsFor(int entity, string? user, string? client) =>
        Assert.Equal(new QuotaEntity(user, client), TableOf([InOrder[entity]]).Find(QuotaKind.ProducerByteRate, "u", "c")!.Value.Sharing);

    [Fact]
    public void OthersHaveNone()
    {
        QuotaTable table = TableOf([new("u", "c"), new("u", null), new(null, "c")]);

        Assert.Null(table.Find(QuotaKind.ProducerByteRate, "v", "d"));
        Assert.Equal(new QuotaEntity(null, "c"), table.Find(QuotaKind.ProducerByteRate, "v", "c")!.Value.Sharing);
    }

    private static QuotaTable TableOf(QuotaEntity[] entities) => new(entities.ToDictionary(
        entity => entity,
        entity => (IReadOnlyDictionary<QuotaKind, double>)new Dictionary<QuotaKind, double> { [QuotaKind.ProducerByteRate] = Array.IndexOf(InOrder, entity) + 1 }));
}
