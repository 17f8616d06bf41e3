using StreamCoord.Testing;
using StreamCoord.Testing.Processes;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>kafkajs, unchanged, as an administrator and in transactions.</summary>
public sealed class KafkajsTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private SiloProcess _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await SiloProcess.StartAsync(_directory.Path);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task AnAdministrator_HearsWhatApacheKafkaSays()
    {
        string[] lines = await ClientProgram.RunKafkajsAsync([], "administer", _silo.Kafka, "administered");

        Assert.Equal(
            [
                "created: true",
                "created again: false",
                "listed: true",
                "partitions: [[0,1,[1],[1]],[1,1,[1],[1]],[2,1,[1],[1]]]",
                """retention.ms: ["86400000"]""",
                """offsets: [[0,"0","0"],[1,"0","3"],[2,"0","0"],[3,"0","0"]]""",
                """committed: ["2"]""",
                """group: [0,"administered-group","Empty",[]]""",
                "groups: true",
                """offsets: [[0,"0","0"],[1,"2","3"],[2,"0","0"],[3,"0","0"]]""",
                "group deleted: [0]",
                "brokers: [1,true]",
                "listed: false",
            ],
            lines);
    }

    [Fact]
    public async Task Transactions_AreReadWhenTheyAreCommitted_AndNotWhenTheyAreAborted()
    {
        await ClientProgram.RunKafkajsAsync(["a", "b", "c"], "produce", _silo.Kafka, "source", "none");

        string[] lines = await ClientProgram.RunKafkajsAsync([], "transact", _silo.Kafka, "source", "target");

        // The offsets that the group has committed: none by the first, the end by the second.
        Assert.Equal(["abort: -1", "commit: 3"], lines);
        Assert.Equal(["commit a", "commit b", "commit c"], await ClientProgram.RunKafkajsAsync([], "consume", _silo.Kafka, "target", "3"));
        Assert.Equal(["commit a", "commit b", "commit c"], await ClientProgram.RunAsync([], "kcat", "-b", _silo.Kafka, "-C", "-t", "target", "-o", "beginning", "-e", "-q"));
    }
}
