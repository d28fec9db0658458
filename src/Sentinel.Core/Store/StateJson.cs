using System.Text.Json.Serialization;

namespace Sentinel.Core.Store;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(StateDocument))]
[JsonSerializable(typeof(StateVersion))]
internal sealed partial class StateJson : JsonSerializerContext;
