using System.Globalization;
using System.Text;
using StreamCoord.Gateway.Kafka.Tests.Client;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Protocol.Kafka.Messages;
using StreamCoord.Testing;

namespace StreamCoord.Gateway.Kafka.Tests;

/// <summary>The page of supported APIs is made from what the silo advertises.</summary>
public sealed class SupportTableTests(SiloFixture fixture)
{
    private const string Head = """
        # Kafka's protocol

        Made from what a silo answers to ApiVersions; a test holds it. Whatever is not in the table closes the connection with one line in the log, as with Apache Kafka. Clients
        find all of this out by themselves.

        | key | API | versions |
        |---|---|---|

        """;

    private const string Notes = """

        - Produce is advertised from version 0 because librdkafka looks for it before it compresses; versions 0 to 2, which carry formats from before Kafka 0.11, are refused.
        - Transactions are those of both flows: the older one, in which the client puts partitions into its transaction, and that of KIP-890 (`transaction.version` 2), in which every end raises the epoch. Two-phase commit (KIP-939) is not served.
        - AddPartitionsToTxn from version 4 on is what brokers send each other; it is served to whoever sends it.
        - Fetch sessions (KIP-227) are kept for `Kafka:FetchSessionsMax` clients; others send full fetches. Followers do not fetch by this API.
        - Consumers read from followers (KIP-392) from version 11 of Fetch on. With `Kafka:ReplicaSelector=RackAware`, which is Kafka's `RackAwareReplicaSelector`, leaders send consumers that tell their rack to a replica there
          that is in sync, lives, and has what they want next; without it, as in Kafka where `replica.selector.class` is not set, to nobody. A follower gives what it knows to be committed, to any consumer. What it has above
          that it waits for as the request says, and then answers OFFSET_NOT_AVAILABLE; for what it does not have, OFFSET_OUT_OF_RANGE, with which clients go back to the leader. It answers from what it knows also when it is not in
          sync any more or has lost its leader, as Kafka's do. ListOffsets and OffsetForLeaderEpoch are the leader's.
        - Clients prove who they are by PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or a certificate, where that is asked for ([security.md](../operating/security.md)); OAUTHBEARER, GSSAPI and delegation tokens are refused.
        - The APIs of access control lists answer SECURITY_DISABLED where `Authorization:Enabled` is false, as with Apache Kafka without an authorizer.
        - DescribeQuorum tells of the log of the znode tree, which is what the cluster's metadata is kept in, under Kafka's name for it.
        - A broker that does not lead a partition answers NOT_LEADER_OR_FOLLOWER to Produce, Fetch where it has no replica, ListOffsets, OffsetForLeaderEpoch, DeleteRecords and DescribeProducers; to Produce from version 10 and Fetch from version 16
          on with the leader's address (KIP-951).
        - FindCoordinator answers the broker that coordinates the group or transactional id; any other that is asked passes requests on to it. Each broker lists the groups and transactional ids that it coordinates: admin clients
          ask all of them.
        - Consumer groups (KIP-848) have the assignors `uniform` and `range`. Their patterns are .NET's expressions without backtracking where Kafka has RE2's, which differ in rare forms.
        - A group changes between the classic protocol and that of KIP-848 also while it has members, as Kafka's `group.consumer.migration.policy` says, which is `Groups:MigrationPolicy` here and
          bidirectional by default: its first member of KIP-848 upgrades it, and when the last of them is gone it is a classic group again. In between members of the classic protocol join, sync and commit
          as ever, with their epoch for a generation. A group of another type than `consumer`, one whose members' texts cannot be read or give one partition to two, and one whose own assignor adds user
          data are not upgraded: GROUP_ID_NOT_FOUND. With the assignors that clients come with such data is passed over, where Kafka refuses it.
        - Configurations of topics and groups can be changed; those of brokers are options of the silo's process, told and not changed. Groups have `consumer.session.timeout.ms` and
          `consumer.heartbeat.interval.ms`; there are no share groups, and no `share.*`. There are no log levels of brokers.
        - AlterPartitionReassignments also moves partitions of the service's own topics. A target takes the place of one that is not reached yet, as in Kafka, and can be called off at any time: where none of the replicas of
          before is in sync, the leader goes on until one is. There are no throttles for copies that catch up. A live broker keeps its copy of `__znodes`.
        - ElectLeaders elects the preferred replica. An unclean election is refused by ELIGIBLE_LEADERS_NOT_AVAILABLE: a copy that lacks records is never made leader.
        - Topics whose names begin with `__` are the service's: clients cannot create, change, trim or delete them.

        """;

    [Fact]
    public async Task TheDocument_SaysWhatTheSiloSays()
    {
        await using KafkaClient client = await fixture.ConnectAsync();
        ApiVersionsResponse response = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 2);
        Dictionary<short, string> names = typeof(KafkaReader).Assembly.GetExportedTypes()
            .Where(type => type.Name.EndsWith("Request", StringComparison.Ordinal) && typeof(IKafkaBody).IsAssignableFrom(type))
            .ToDictionary(type => (short)type.GetProperty("ApiKey")!.GetValue(null)!, type => type.Name[..^"Request".Length]);
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (ApiVersionsResponse.ApiVersion api in response.ApiKeys)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {api.ApiKey} | {names[api.ApiKey]} | {api.MinVersion} to {api.MaxVersion} |\n");
        }
        page.Append(Notes.ReplaceLineEndings("\n"));

        Assert.Null(GeneratedDocument.Compare("docs/protocol/kafka.md", page.ToString()));
    }
}
