using StreamCoord.Grains.Storage;
using StreamCoord.Topics;

namespace StreamCoord.Grains.Topics;

/// <summary>
/// One shard of the list of topics. Owns the shard's row in the database; Orleans runs its calls one after another. A call that
/// changes the list returns when the change is durable; when that fails, the activation ends and the next one reads what
/// was written.
/// </summary>
internal sealed class TopicCatalogueGrain(
    [PersistentState("catalogue", StorageHosting.Topics)] IPersistentState<TopicCatalogueState> state) : Grain, ITopicCatalogueGrain
{
    private readonly Dictionary<string, string> _nameByFold = [];

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (state.State.Format > TopicCatalogueState.NewestFormat)
        {
            throw new DatabaseException(
                $"The topic catalogue was written in format {state.State.Format}, and this build knows formats up to {TopicCatalogueState.NewestFormat}.");
        }
        foreach (string name in state.State.Names)
        {
            _nameByFold.Add(TopicName.Fold(name), name);
        }
        return Task.CompletedTask;
    }

    public async Task<string?> Add(string name)
    {
        if (_nameByFold.TryGetValue(TopicName.Fold(name), out string? listed))
        {
            return listed == name ? null : listed;
        }
        _nameByFold.Add(TopicName.Fold(name), name);
        await WriteAsync();
        return null;
    }

    public async Task Remove(string name)
    {
        if (_nameByFold.TryGetValue(TopicName.Fold(name), out string? listed) && listed == name)
        {
            _nameByFold.Remove(TopicName.Fold(name));
            await WriteAsync();
        }
    }

    public Task<IReadOnlyList<string>> List() => Task.FromResult(state.State.Names);

    private async Task WriteAsync()
    {
        try
        {
            state.State = new TopicCatalogueState { Names = [.. _nameByFold.Values] };
            await state.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }
}
