using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamCoord.Gateway.Http.ZNodes;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http.Tests;

/// <summary>The page of HTTP paths is made from the OpenAPI document, which is made from the routes.</summary>
public sealed class HttpDocumentTests
{
    [Fact]
    public async Task TheDocument_SaysWhatTheRoutesSay()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        JsonElement paths = (await host.GetAsync("/openapi/v1.json")).Json.GetProperty("paths");
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $$$"""
            # HTTP

            Made from src/StreamCoord.Gateway.Http/*Endpoints.cs; a test holds it. `/openapi/v1.json` of a running silo says the same to machines.

            Paths under /v1 are StreamCoord's own; errors there are problem details (RFC 9457) with a stable `code`. Paths under /v3 follow the Confluent
            REST Proxy, and so do their errors: `{"error_code":…,"message":"…"}`. The silo adds `/health/live`, `/health/ready` and `/metrics`
            ([operating](../operating/README.md)).

            ## Version 2 of Confluent's proxy

            What stands at the root (`/topics`, `/brokers`, `/consumers`) is its version 2: content types `application/vnd.kafka.v2+json` and, for records,
            `application/vnd.kafka.binary.v2+json` (keys and values in base64) or `application/vnd.kafka.json.v2+json` (JSON); the header Accept is matched with its quality
            values. There is no schema registry, so Avro, JSON Schema and Protobuf are refused: produced with 42201, as a consumer's format with 42204.

            A consumer lives on the silo that created it, in memory: its `base_uri` is the address of that silo (`Http:AdvertisedEndpoint`, else as the client used it), and a restart ends it. It is a member of its group like
            any other, in the classic protocol with the assignor `range`, so it shares partitions with clients of Kafka; a group of KIP-848 does not take it (40903). Where
            `auto.commit.enable` is true, as it is by default, what a read returned is committed by the next read, by a rebalance and at the end. A commit names the last record that is
            done; the group keeps, and `GET …/offsets` shows, the next one. With access control on, whoever created a consumer alone may use it.

            | status | error_code |
            |---|---|
            | 404 | 40401 topic, 40402 partition, 40403 consumer |
            | 406, 415 | as the status; 40601 a format that is not the consumer's |
            | 409 | 40902 the name is taken, 40903 the consumer cannot do that as it is |
            | 422 | 42201 no schemas, 42203 not base64 or not JSON, 42204 a consumer's configuration, 42206 the body |
            | 401, 403 | 40101 who are you, 40301 you may not |
            | 500, 503 | 50002, 50003 try again |

            ## ZooKeeper's AdminServer

            `/commands` and `/commands/<name>` answer what monitoring asks ZooKeeper's AdminServer for, by its names; [which](zookeeper.md). The numbers are those of the four-letter words. An answer ends with
            `"command":"<long name>","error":null`; an error has these two alone. With access control on, the caller must be allowed to describe the cluster: sessions, addresses of clients and paths of znodes are
            shown whatever the access control lists of the znodes say. `connection_stat_reset` and `stat_reset` change something, though they are asked for by GET as on an AdminServer: they take the right to
            alter the cluster.

            ## Znodes: what all requests share

            The path behind `/v1/znodes` is the znode's, percent-encoded; the root is `/v1/znodes/`. A znode is
            `{"path":"/a","data_base64":"aGk=","text":"hi","stat":{…}}`, without `text` where the data is not UTF-8 and with null where it is null. A Stat has
            ZooKeeper's fields, with transactions and sessions as `0x…` and times in milliseconds since 1970. Every answer that saw the tree says at which
            transaction in the header `X-Zxid`; a client that goes on at another silo gives it as `min_zxid` and never goes back in time.

            A watch stream begins with changes after it was opened. Its events are named `created`, `deleted`, `data_changed` or `children_changed`, with the
            data `{"path":"/a","zxid":"0x…"}`; equal events of one transaction that follow each other are one. A comment every now and then is a sign of life
            and moves the position, so that a quiet stream can be resumed, too. A client that reads too slowly is let go; it can resume.

            Whoever created a session ends it, or lets it expire; what needs it names it as `session` and proves it by the header `X-Session-Password`. Every request
            that names a session is a sign of life for it.

            Refusals have ZooKeeper's word as `code`:

            {{{ErrorTable()}}}

            `SessionExpired` is 410 because the session does not come back, and 404 would look like a missing znode. `QuotaExceeded` is 403 and not 507: there
            is room, a rule forbids to use it, and the same request fails again. `ConnectionLoss` and `OperationTimeout` of a write leave it open whether it was
            carried out; they carry no Retry-After. A watch that is to go on where the log no longer reaches is `HistoryGone`, 410.

            """);
        foreach (JsonProperty path in paths.EnumerateObject())
        {
            foreach (JsonProperty operation in path.Value.EnumerateObject())
            {
                Describe(page, operation.Name.ToUpperInvariant(), path.Name, operation.Value);
            }
        }
        Assert.Null(GeneratedDocument.Compare("docs/protocol/http.md", page.ToString()));
    }

    private static string ErrorTable()
    {
        IEnumerable<string> rows = Enum.GetValues<ZNodeError>()
            .Where(error => error != ZNodeError.Ok)
            .GroupBy(ZNodeErrors.StatusOf)
            .OrderBy(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"| {group.Key} | {string.Join(", ", group.Select(error => $"`{error}`").Order(StringComparer.Ordinal))} |"));
        return string.Join('\n', ["| status | code |", "|---|---|", .. rows]);
    }

    private static void Describe(StringBuilder page, string method, string path, JsonElement operation)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {method} {path}\n\n{operation.GetProperty("summary").GetString()}.\n\n");
        if (operation.TryGetProperty("parameters", out JsonElement parameters))
        {
            foreach (JsonElement parameter in parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() != "path"))
            {
                page.Append(CultureInfo.InvariantCulture,
                    $"- `{parameter.GetProperty("name").GetString()}` ({parameter.GetProperty("in").GetString()}): {parameter.GetProperty("description").GetString()}\n");
            }
        }
        if (operation.TryGetProperty("requestBody", out JsonElement body))
        {
            string types = string.Join(" or ", body.GetProperty("content").EnumerateObject().Select(type => $"`{type.Name}`"));
            page.Append(CultureInfo.InvariantCulture, $"- body, {types}: {body.GetProperty("description").GetString()}\n");
        }
        foreach (JsonProperty answer in operation.GetProperty("responses").EnumerateObject().Where(answer => answer.Name.StartsWith('2')))
        {
            page.Append(CultureInfo.InvariantCulture, $"- {answer.Name}: {answer.Value.GetProperty("description").GetString()}\n");
        }
    }
}
