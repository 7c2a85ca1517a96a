"""Field tables for record_transcript.py: wire commands and controller messages.

WIRE:     one line per command: code, name, fields.
MESSAGES: one line per protobuf message: name, then "number name type" separated by semicolons.
ENUMS:    one line per enum: name, then NAME=number.
RPCS:     one line per RPC: name, request message, response message.
"""

WIRE = """
-127 Hello highVersion: i32, lowVersion: i32
100 KeepAlive
-1 Padding zeros: rest
-2 PartialEvent data: rest
0 Event data: rest
1 SetupAppend requestId: i64, writerId: uuid, segment: utf, delegationToken: utf
2 AppendSetup requestId: i64, segment: utf, writerId: uuid, lastEventNumber: i64
3 AppendBlock writerId: uuid, data: rest
4 AppendBlockEnd writerId: uuid, sizeOfWholeEvents: i32, data: bytes, numEvents: i32, lastEventNumber: i64, requestId?: i64
5 ConditionalAppend writerId: uuid, eventNumber: i64, expectedOffset: i64, event: event, requestId?: i64
89 ConditionalBlockEnd writerId: uuid, eventNumber: i64, expectedOffset: i64, data: bytes, requestId: i64
7 DataAppended writerId: uuid, eventNumber: i64, previousEventNumber?: i64, requestId?: i64, currentSegmentWriteOffset?: i64
8 ConditionalCheckFailed writerId: uuid, eventNumber: i64, requestId?: i64
55 InvalidEventNumber writerId: uuid, requestId: i64, serverStackTrace?: utf, eventNumber?: i64
9 ReadSegment segment: utf, offset: i64, suggestedLength: i32, delegationToken: utf, requestId?: i64
10 SegmentRead segment: utf, offset: i64, atTail: bool, endOfSegment: bool, data: bytes, requestId?: i64
41 LocateOffset requestId: i64, segment: utf, targetOffset: i64, delegationToken: utf
42 OffsetLocated requestId: i64, segment: utf, offset: i64
20 CreateSegment requestId: i64, segment: utf, targetRate: i32, scaleType: i8, delegationToken: utf, rolloverSizeBytes?: i64
21 SegmentCreated requestId: i64, segment: utf
40 CreateTransientSegment requestId: i64, writerId: uuid, parentSegment: utf, delegationToken: utf
28 SealSegment requestId: i64, segment: utf, delegationToken: utf
29 SegmentSealed requestId: i64, segment: utf
30 DeleteSegment requestId: i64, segment: utf, delegationToken: utf
31 SegmentDeleted requestId: i64, segment: utf
38 TruncateSegment requestId: i64, segment: utf, truncationOffset: i64, delegationToken: utf
39 SegmentTruncated requestId: i64, segment: utf
58 MergeSegments requestId: i64, target: utf, source: utf, delegationToken: utf, attributeUpdates?: AttrUpdate[]
59 SegmentsMerged requestId: i64, target: utf, source: utf, newTargetWriteOffset?: i64
90 MergeSegmentsBatch requestId: i64, target: utf, sources: utf[], delegationToken: utf
91 SegmentsBatchMerged requestId: i64, target: utf, sourcesAndOffsets: (utf,i64)[]
32 UpdateSegmentPolicy requestId: i64, segment: utf, targetRate: i32, scaleType: i8, delegationToken: utf
33 SegmentPolicyUpdated requestId: i64, segment: utf
11 GetStreamSegmentInfo requestId: i64, segmentName: utf, delegationToken: utf
12 StreamSegmentInfo requestId: i64, segmentName: utf, exists: bool, isSealed: bool, isDeleted: bool, lastModified: i64, writeOffset: i64, startOffset?: i64
34 GetSegmentAttribute requestId: i64, segmentName: utf, attributeId: uuid, delegationToken: utf
35 SegmentAttribute requestId: i64, value: i64
36 UpdateSegmentAttribute requestId: i64, segmentName: utf, attributeId: uuid, newValue: i64, expectedValue: i64, delegationToken: utf
37 SegmentAttributeUpdated requestId: i64, success: bool
50 WrongHost requestId: i64, segment: utf, correctHost: utf, serverStackTrace?: utf
51 SegmentIsSealed requestId: i64, segment: utf, serverStackTrace?: utf, offset?: i64
52 SegmentAlreadyExists requestId: i64, segment: utf, serverStackTrace?: utf
53 NoSuchSegment requestId: i64, segment: utf, serverStackTrace?: utf, offset?: i64
56 SegmentIsTruncated requestId: i64, segment: utf, startOffset: i64, serverStackTrace?: utf, offset?: i64
57 OperationUnsupported requestId: i64, operationName: utf, serverStackTrace?: utf
60 AuthTokenCheckFailed requestId: i64, serverStackTrace?: utf, errorCode?: i32
61 ErrorMessage requestId: i64, segment: utf, message: utf, errorCode: i32
80 TableSegmentNotEmpty requestId: i64, segment: utf, serverStackTrace: utf
81 TableKeyDoesNotExist requestId: i64, segment: utf, serverStackTrace: utf
82 TableKeyBadVersion requestId: i64, segment: utf, serverStackTrace: utf
70 CreateTableSegment requestId: i64, segment: utf, delegationToken: utf, sorted?: bool, keyLength?: i32, rolloverSizeBytes?: i64
71 DeleteTableSegment requestId: i64, segment: utf, mustBeEmpty: bool, delegationToken: utf
68 GetTableSegmentInfo requestId: i64, segmentName: utf, delegationToken: utf
69 TableSegmentInfo requestId: i64, segmentName: utf, startOffset: i64, length: i64, entryCount: i64, keyLength: i32
74 UpdateTableEntries requestId: i64, segment: utf, delegationToken: utf, tableEntries: TableEntries, tableSegmentOffset?: i64
75 TableEntriesUpdated requestId: i64, updatedVersions: i64[]
76 RemoveTableKeys requestId: i64, segment: utf, delegationToken: utf, keys: TableKey[], tableSegmentOffset?: i64
77 TableKeysRemoved requestId: i64, segment: utf
78 ReadTable requestId: i64, segment: utf, delegationToken: utf, keys: TableKey[]
79 TableRead requestId: i64, segment: utf, entries: TableEntries
83 ReadTableKeys requestId: i64, segment: utf, delegationToken: utf, suggestedKeyCount: i32, args: IterArgs
84 TableKeysRead requestId: i64, segment: utf, keys: TableKey[], continuationToken: bytes
85 ReadTableEntries requestId: i64, segment: utf, delegationToken: utf, suggestedEntryCount: i32, args: IterArgs
86 TableEntriesRead requestId: i64, segment: utf, entries: TableEntries, continuationToken: bytes
88 ReadTableEntriesDelta requestId: i64, segment: utf, delegationToken: utf, fromPosition: i64, suggestedEntryCount: i32
87 TableEntriesDeltaRead requestId: i64, segment: utf, entries: TableEntries, shouldClear: bool, reachedEnd: bool, lastPosition: i64
-3 FlushToStorage containerId: i32, delegationToken: utf, requestId: i64
-4 StorageFlushed requestId: i64
-5 ListStorageChunks segment: utf, delegationToken: utf, requestId: i64
-6 StorageChunksListed requestId: i64, chunks: ChunkInfo[]
"""

MESSAGES = """
ServerRequest
ServerResponse 1 nodeURI repeated NodeUri
ReaderGroupConfiguration 1 scope string; 2 readerGroupName string; 3 groupRefreshTimeMillis int64; 4 automaticCheckpointIntervalMillis int64; 5 maxOutstandingCheckpointRequest int32; 6 retentionType int32; 7 generation int64; 8 readerGroupId string; 9 startingStreamCuts repeated StreamCut; 10 endingStreamCuts repeated StreamCut; 11 rolloverSizeBytes int64
ReaderGroupConfigResponse 1 config ReaderGroupConfiguration; 2 status ReaderGroupConfigResponse.Status
ReaderGroupInfo 1 scope string; 2 readerGroup string; 3 readerGroupId string; 4 generation int64
CreateReaderGroupResponse 1 status CreateReaderGroupResponse.Status; 2 config ReaderGroupConfiguration
DeleteReaderGroupStatus 1 status DeleteReaderGroupStatus.Status
UpdateReaderGroupResponse 1 status UpdateReaderGroupResponse.Status; 2 generation int64
CreateKeyValueTableStatus 1 status CreateKeyValueTableStatus.Status
KeyValueTableConfig 1 scope string; 2 kvtName string; 3 partitionCount int32; 4 primaryKeyLength int32; 5 secondaryKeyLength int32; 6 rolloverSizeBytes int64
KeyValueTableConfigResponse 1 config KeyValueTableConfig; 2 status KeyValueTableConfigResponse.Status
KeyValueTableInfo 1 scope string; 2 kvtName string
KVTablesInScopeRequest 1 scope ScopeInfo; 2 continuationToken ContinuationToken
KVTablesInScopeResponse 1 kvtables repeated KeyValueTableInfo; 2 continuationToken ContinuationToken; 3 status KVTablesInScopeResponse.Status
DeleteKVTableStatus 1 status DeleteKVTableStatus.Status
CreateStreamStatus 1 status CreateStreamStatus.Status
UpdateStreamStatus 1 status UpdateStreamStatus.Status
UpdateSubscriberStatus 1 status UpdateSubscriberStatus.Status
StreamSubscriberInfo 1 scope string; 2 stream string; 3 subscriber string; 4 operationGeneration int64
SubscriberStreamCut 1 subscriber string; 2 generation int64; 3 readerGroupId string; 4 streamCut StreamCut
SubscribersResponse 1 subscribers repeated string; 2 status SubscribersResponse.Status
DeleteStreamStatus 1 status DeleteStreamStatus.Status
CreateScopeStatus 1 status CreateScopeStatus.Status
DeleteScopeStatus 1 status DeleteScopeStatus.Status
TxnStatus 1 status TxnStatus.Status
PingTxnStatus 1 status PingTxnStatus.Status
TxnState 1 state TxnState.State
ListCompletedTxnRequest 1 streamInfo StreamInfo
ListCompletedTxnResponse 2 response repeated TxnResponse
TxnResponse 1 txnId TxnId; 2 status TxnResponse.Status
ScopeInfo 1 scope string
ContinuationToken 1 token string
StreamsInScopeRequest 1 scope ScopeInfo; 2 continuationToken ContinuationToken
StreamsInScopeWithTagRequest 1 scope ScopeInfo; 2 tag string; 3 continuationToken ContinuationToken
StreamsInScopeResponse 1 streams repeated StreamInfo; 2 continuationToken ContinuationToken; 3 status StreamsInScopeResponse.Status
StreamInfo 1 scope string; 2 stream string; 3 accessOperation StreamInfo.AccessOperation
ScalingPolicy 1 scaleType ScalingPolicy.ScalingPolicyType; 2 targetRate int32; 3 scaleFactor int32; 4 minNumSegments int32
RetentionPolicy 1 retentionType RetentionPolicy.RetentionPolicyType; 2 retentionParam int64; 3 retentionMax int64
StreamConfig 1 streamInfo StreamInfo; 2 scalingPolicy ScalingPolicy; 3 retentionPolicy RetentionPolicy; 4 tags Tags; 5 timestampAggregationTimeout int64; 6 rolloverSizeBytes int64
Tags 1 tag repeated string
StreamCut 1 streamInfo StreamInfo; 2 cut map<int64,int64>
StreamCutRange 1 streamInfo StreamInfo; 2 from map<int64,int64>; 3 to map<int64,int64>
SegmentId 1 streamInfo StreamInfo; 2 segmentId int64
SegmentRange 1 segmentId SegmentId; 2 minKey double; 3 maxKey double
NodeUri 1 endpoint string; 2 port int32
SegmentsAtTime 1 segments repeated SegmentsAtTime.SegmentLocation; 2 delegationToken string
SegmentsAtTime.SegmentLocation 1 segmentId SegmentId; 2 offset int64
TxnId 1 highBits int64; 2 lowBits int64
CreateTxnRequest 1 streamInfo StreamInfo; 2 lease int64; 3 scaleGracePeriod int64
CreateTxnResponse 1 txnId TxnId; 2 activeSegments repeated SegmentRange; 3 delegationToken string
TxnRequest 1 streamInfo StreamInfo; 2 txnId TxnId; 3 writerId string; 4 timestamp int64
PingTxnRequest 1 streamInfo StreamInfo; 2 txnId TxnId; 3 lease int64
SuccessorResponse 1 segments repeated SuccessorResponse.SegmentEntry; 2 delegationToken string
SuccessorResponse.SegmentEntry 1 segment SegmentRange; 2 value repeated int64
StreamCutRangeResponse 1 segments repeated SegmentId; 2 delegationToken string
ScaleRequest 1 streamInfo StreamInfo; 2 sealedSegments repeated int64; 3 newKeyRanges repeated ScaleRequest.KeyRangeEntry; 4 scaleTimestamp int64
ScaleRequest.KeyRangeEntry 1 start double; 2 end double
ScaleResponse 1 status ScaleResponse.ScaleStreamStatus; 2 segments repeated SegmentRange; 3 epoch int32
ScaleStatusRequest 1 streamInfo StreamInfo; 2 epoch int32
ScaleStatusResponse 1 status ScaleStatusResponse.ScaleStatus
SegmentRanges 1 segmentRanges repeated SegmentRange; 2 delegationToken string
GetSegmentsRequest 1 streamInfo StreamInfo; 2 timestamp int64
GetEpochSegmentsRequest 1 streamInfo StreamInfo; 2 epoch int32
SegmentValidityResponse 1 response bool
StreamCutValidityResponse 1 response bool
DelegationToken 1 delegationToken string
RemoveWriterRequest 1 writer string; 2 stream StreamInfo
RemoveWriterResponse 1 result RemoveWriterResponse.Status
TimestampFromWriter 1 writer string; 2 position StreamCut; 3 timestamp int64
TimestampResponse 1 result TimestampResponse.Status
ScopesResponse 1 scopes repeated string; 2 continuationToken ContinuationToken
ScopesRequest 1 continuationToken ContinuationToken
ExistsResponse 1 exists bool
ControllerToBucketMappingRequest 1 serviceType ControllerToBucketMappingRequest.BucketType
ControllerToBucketMappingResponse 1 mapping map<string,BucketIds>
BucketIds 1 id repeated int32
"""

ENUMS = """
ReaderGroupConfiguration.RetentionType NONE=0 MANUAL=1 AUTOMATIC=2
ReaderGroupConfigResponse.Status SUCCESS=0 FAILURE=1 RG_NOT_FOUND=2
CreateReaderGroupResponse.Status SUCCESS=0 FAILURE=1 SCOPE_NOT_FOUND=2 INVALID_RG_NAME=3
DeleteReaderGroupStatus.Status SUCCESS=0 FAILURE=1 RG_NOT_FOUND=2
UpdateReaderGroupResponse.Status SUCCESS=0 FAILURE=1 RG_NOT_FOUND=2 INVALID_CONFIG=3
CreateKeyValueTableStatus.Status SUCCESS=0 FAILURE=1 TABLE_EXISTS=2 SCOPE_NOT_FOUND=3 INVALID_TABLE_NAME=4
KeyValueTableConfigResponse.Status SUCCESS=0 FAILURE=1 TABLE_NOT_FOUND=2
KVTablesInScopeResponse.Status SUCCESS=0 FAILURE=1 SCOPE_NOT_FOUND=2
DeleteKVTableStatus.Status SUCCESS=0 FAILURE=1 TABLE_NOT_FOUND=2
CreateStreamStatus.Status SUCCESS=0 FAILURE=1 STREAM_EXISTS=2 SCOPE_NOT_FOUND=3 INVALID_STREAM_NAME=4
UpdateStreamStatus.Status SUCCESS=0 FAILURE=1 STREAM_NOT_FOUND=2 SCOPE_NOT_FOUND=3 STREAM_SEALED=4
UpdateSubscriberStatus.Status SUCCESS=0 FAILURE=1 STREAM_NOT_FOUND=2 SUBSCRIBER_NOT_FOUND=3 STREAM_CUT_NOT_VALID=4 GENERATION_MISMATCH=5
SubscribersResponse.Status SUCCESS=0 FAILURE=1 STREAM_NOT_FOUND=2
DeleteStreamStatus.Status SUCCESS=0 FAILURE=1 STREAM_NOT_FOUND=2 STREAM_NOT_SEALED=3
CreateScopeStatus.Status SUCCESS=0 FAILURE=1 SCOPE_EXISTS=2 INVALID_SCOPE_NAME=3
DeleteScopeStatus.Status SUCCESS=0 FAILURE=1 SCOPE_NOT_FOUND=2 SCOPE_NOT_EMPTY=3
TxnStatus.Status SUCCESS=0 FAILURE=1 STREAM_NOT_FOUND=2 TRANSACTION_NOT_FOUND=3
PingTxnStatus.Status OK=0 LEASE_TOO_LARGE=1 MAX_EXECUTION_TIME_EXCEEDED=2 SCALE_GRACE_TIME_EXCEEDED=3 DISCONNECTED=4 COMMITTED=5 ABORTED=6 UNKNOWN=7
TxnState.State UNKNOWN=0 OPEN=1 COMMITTING=2 COMMITTED=3 ABORTING=4 ABORTED=5
TxnResponse.Status COMMITTED=0 ABORTED=1
StreamsInScopeResponse.Status SUCCESS=0 FAILURE=1 SCOPE_NOT_FOUND=2
StreamInfo.AccessOperation UNSPECIFIED=0 NONE=1 ANY=2 READ=3 WRITE=4 READ_WRITE=5
ScalingPolicy.ScalingPolicyType FIXED_NUM_SEGMENTS=0 BY_RATE_IN_KBYTES_PER_SEC=1 BY_RATE_IN_EVENTS_PER_SEC=2
RetentionPolicy.RetentionPolicyType UNKNOWN=0 TIME=1 SIZE=2
ScaleResponse.ScaleStreamStatus STARTED=0 FAILURE=1 PRECONDITION_FAILED=2
ScaleStatusResponse.ScaleStatus IN_PROGRESS=0 SUCCESS=1 INVALID_INPUT=2 INTERNAL_ERROR=3
RemoveWriterResponse.Status SUCCESS=0 UNKNOWN_WRITER=1 STREAM_DOES_NOT_EXIST=2 INTERNAL_ERROR=3
TimestampResponse.Status SUCCESS=0 INVALID_TIME=1 INVALID_POSITION=2 INTERNAL_ERROR=3
ControllerToBucketMappingRequest.BucketType RetentionService=0 WatermarkingService=1
"""

RPCS = """
getControllerServerList ServerRequest ServerResponse
createStream StreamConfig CreateStreamStatus
updateStream StreamConfig UpdateStreamStatus
truncateStream StreamCut UpdateStreamStatus
sealStream StreamInfo UpdateStreamStatus
deleteStream StreamInfo DeleteStreamStatus
getCurrentSegments StreamInfo SegmentRanges
getEpochSegments GetEpochSegmentsRequest SegmentRanges
getSegments GetSegmentsRequest SegmentsAtTime
getSegmentsImmediatlyFollowing SegmentId SuccessorResponse
getSegmentsImmediatelyFollowing SegmentId SuccessorResponse
getSegmentsBetween StreamCutRange StreamCutRangeResponse
scale ScaleRequest ScaleResponse
checkScale ScaleStatusRequest ScaleStatusResponse
getURI SegmentId NodeUri
isSegmentValid SegmentId SegmentValidityResponse
isStreamCutValid StreamCut StreamCutValidityResponse
createTransaction CreateTxnRequest CreateTxnResponse
commitTransaction TxnRequest TxnStatus
abortTransaction TxnRequest TxnStatus
pingTransaction PingTxnRequest PingTxnStatus
checkTransactionState TxnRequest TxnState
listCompletedTransactions ListCompletedTxnRequest ListCompletedTxnResponse
createScope ScopeInfo CreateScopeStatus
listScopes ScopesRequest ScopesResponse
checkScopeExists ScopeInfo ExistsResponse
checkStreamExists StreamInfo ExistsResponse
listStreamsInScope StreamsInScopeRequest StreamsInScopeResponse
deleteScope ScopeInfo DeleteScopeStatus
deleteScopeRecursive ScopeInfo DeleteScopeStatus
getDelegationToken StreamInfo DelegationToken
removeWriter RemoveWriterRequest RemoveWriterResponse
noteTimestampFromWriter TimestampFromWriter TimestampResponse
createKeyValueTable KeyValueTableConfig CreateKeyValueTableStatus
getCurrentSegmentsKeyValueTable KeyValueTableInfo SegmentRanges
listKeyValueTablesInScope KVTablesInScopeRequest KVTablesInScopeResponse
getKeyValueTableConfiguration KeyValueTableInfo KeyValueTableConfigResponse
deleteKeyValueTable KeyValueTableInfo DeleteKVTableStatus
listSubscribers StreamInfo SubscribersResponse
updateSubscriberStreamCut SubscriberStreamCut UpdateSubscriberStatus
createReaderGroup ReaderGroupConfiguration CreateReaderGroupResponse
getReaderGroupConfig ReaderGroupInfo ReaderGroupConfigResponse
deleteReaderGroup ReaderGroupInfo DeleteReaderGroupStatus
updateReaderGroup ReaderGroupConfiguration UpdateReaderGroupResponse
getStreamConfiguration StreamInfo StreamConfig
listStreamsInScopeForTag StreamsInScopeWithTagRequest StreamsInScopeResponse
getControllerToBucketMapping ControllerToBucketMappingRequest ControllerToBucketMappingResponse
"""
