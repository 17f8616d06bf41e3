using System.Globalization;
using Microsoft.Extensions.Options;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Consumers;
using StreamCoord.Gateway.Http.Errors;
using StreamCoord.Gateway.Http.V2;
using StreamCoord.Security;

namespace StreamCoord.Gateway.Http.Resources;

/// <summary>GET /consumers/{group}/instances/{instance}/records of v2: the next records of a consumer. Safe for concurrent use.</summary>
internal sealed class V2RecordResource(ConsumerInstances instances, MemoryBudget memory, IOptions<HttpGatewayOptions> options)
{
    private const int TimeoutMsLimit = 30_000;

    public async Task GetAsync(HttpContext context)
    {
        ConsumerInstance instance = instances.Get(context);
        string contentType = MediaTypes.RecordsTo(context.Request, instance.Config.Format);
        int timeoutMs = RequestParameters.Number(context, "timeout", instance.Config.RequestTimeoutMs, 0, TimeoutMsLimit);
        long bytesMax = BytesMaxOf(context);
        await instance.UseAsync(async stop =>
        {
            using IDisposable share = memory.Take(bytesMax);
            using var records = new ConsumedRecords(instance.Config.Format, bytesMax);
            await instance.ReadAsync(records, TimeSpan.FromMilliseconds(timeoutMs), topic => context.RequireTopic(AclOperation.Read, topic), stop);
            await WriteAsync(context, instance.State, records, contentType);
            return 0;
        }, context.RequestAborted);
    }

    private long BytesMaxOf(HttpContext context)
    {
        long limit = options.Value.ConsumerResponseBytesMax;
        if (RequestParameters.Query(context, "max_bytes") is not { } text)
        {
            return limit;
        }
        // Confluent's proxy takes a larger number than it allows for its limit, and a negative one for none.
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long asked)
            ? asked <= 0 ? limit : Math.Min(asked, limit)
            : throw new RequestException(GatewayErrors.InvalidRequest($"The parameter max_bytes is '{text}': it takes a number."));
    }

    private static async Task WriteAsync(HttpContext context, ConsumerState state, ConsumedRecords records, string contentType)
    {
        try
        {
            ReadOnlyMemory<byte> body = records.Complete();
            context.Response.ContentType = contentType;
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            foreach ((FetchPlan plan, Offset next) in records.Moves)
            {
                state.Retract(plan, next);
            }
            throw;
        }
    }
}
